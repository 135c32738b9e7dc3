/** Sends a command to one server. */
export type Send = (command: readonly string[]) => Promise<unknown>

/** The functions of a client that the store needs, for any library. */
export interface Connection {
  /** Whether the client is connected to a Redis Cluster. */
  readonly isCluster: boolean
  /** Sends a command to the server that holds `key`. */
  send(key: string, command: readonly string[]): Promise<unknown>
  /**
   * `WAIT`, on the connection that sent the writes to `key`: it waits only for those.
   * @returns how many replicas have them
   */
  wait(key: string, replicas: number, timeout: number): Promise<unknown>
  /** All servers that accept writes; one if there is no cluster. */
  masters(): Promise<readonly Send[]>
  /**
   * Calls the listener for each message in a channel, on a separate connection: a duplicate of the client, which
   * connects in the background, and reconnects when the connection is lost.
   * @returns a function that closes that connection
   */
  subscribe(channel: string, listener: () => void): () => void
}
