/** Sends a command to one server. */
export type Send = (command: readonly string[]) => Promise<unknown>

/** What the store needs of a client, whichever library it is from. */
export interface Connection {
  /** Whether the client speaks to a Redis Cluster. */
  readonly isCluster: boolean
  /** Sends a command to the server that holds `key`. */
  send(key: string, command: readonly string[]): Promise<unknown>
  /**
   * `WAIT`, on the connection that the writes to `key` went over: it waits for those alone.
   * @returns how many replicas have them
   */
  wait(key: string, replicas: number, timeout: number): Promise<unknown>
  /** All servers that take writes; one where there is no cluster. */
  masters(): Promise<readonly Send[]>
  /**
   * Calls the listener for each message in a channel, over a connection of its own: a duplicate of the client, which
   * connects in its own time, and again when it is lost.
   * @returns closes that connection
   */
  subscribe(channel: string, listener: () => void): () => void
}
