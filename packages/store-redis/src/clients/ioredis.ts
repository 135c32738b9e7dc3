import type { Connection, Send } from './connection.ts'

/** A duplicate of a client, used only to listen. */
export interface IoredisSubscriber {
  on(event: 'error' | 'message', listener: () => void): unknown
  subscribe(channel: string): Promise<unknown>
  disconnect(): void
}

/** A client of `ioredis` 5 or 6: a `Redis`, including one that finds its server through Sentinel. */
export interface IoredisClient {
  call(command: string, ...args: string[]): Promise<unknown>
  duplicate(override: {
    readonly enableOfflineQueue: boolean
    readonly maxRetriesPerRequest: null
  }): IoredisSubscriber
  readonly options: { readonly keyPrefix?: string | undefined }
}

/** A `Cluster` of `ioredis` 5 or 6. */
export interface IoredisCluster {
  call(command: string, ...args: string[]): Promise<unknown>
  nodes(role: 'master'): readonly Pick<IoredisClient, 'call'>[]
  duplicate(startupNodes: [], override: { readonly enableOfflineQueue: boolean }): IoredisSubscriber
  pipeline(commands: string[][]): { exec(): Promise<[error: Error | null, reply: unknown][] | null> }
  readonly options: { readonly keyPrefix?: string | undefined }
}

/** @throws the client's errors */
export function connectIoredis(client: IoredisClient): Connection {
  const send: Send = ([name = '', ...args]) => client.call(name, ...args)
  return {
    isCluster: false,
    send: (_key, command) => send(command),
    wait: (_key, replicas, timeout) => send(['WAIT', String(replicas), String(timeout)]),
    masters: async () => [send],
    subscribe: (channel, listener) =>
      // It waits until it is connected, without a limit.
      subscribe(
        client.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null }),
        channel,
        listener,
      ),
  }
}

/** The same for a cluster. */
export function connectIoredisCluster(cluster: IoredisCluster): Connection {
  return {
    isCluster: true,
    // The client reads the keys of a script from the command: the number of keys comes before them.
    send: (_key, [name = '', ...args]) => cluster.call(name, ...args),
    async wait(key, replicas, timeout) {
      // A command without a key goes to any server. In a pipeline it goes to the server of the pipeline's other keys.
      const commands = [
        ['exists', key],
        ['wait', String(replicas), String(timeout)],
      ]
      const replies = (await cluster.pipeline(commands).exec()) ?? []
      for (const [error] of replies) if (error) throw error
      return replies[1]?.[1]
    },
    async masters() {
      // The client knows the masters once it is connected, and the first command waits for that.
      await cluster.call('PING')
      return cluster.nodes('master').map(
        (node): Send =>
          async ([name = '', ...args]) =>
            node.call(name, ...args),
      )
    },
    subscribe: (channel, listener) =>
      subscribe(cluster.duplicate([], { enableOfflineQueue: true }), channel, listener),
  }
}

function subscribe(subscriber: IoredisSubscriber, channel: string, listener: () => void): () => void {
  // It reconnects and subscribes again by itself.
  subscriber.on('error', () => undefined)
  subscriber.on('message', listener)
  subscriber.subscribe(channel).catch(() => undefined)
  return () => subscriber.disconnect()
}
