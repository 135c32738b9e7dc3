import type { Connection, Send } from './connection.ts'

/** A duplicate of a client, used only to listen. */
export interface NodeRedisSubscriber {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string, listener: () => void): Promise<unknown>
  destroy(): void
}

/** A client of `redis` (node-redis) 5 or 6: the result of `createClient()`. The application connects it. */
export interface NodeRedisClient {
  duplicate(): NodeRedisSubscriber
  sendCommand(args: string[]): Promise<unknown>
  /** Distinguishes it from pools and Sentinel clients, which have the same methods but work differently. */
  readonly isPubSubActive: boolean
}

/**
 * A client of `redis` (node-redis) 5 or 6 for a cluster: the result of `createCluster()`. The application connects it.
 */
export interface NodeRedisCluster {
  duplicate(): NodeRedisSubscriber
  sendCommand(firstKey: string | undefined, isReadonly: boolean | undefined, args: string[]): Promise<unknown>
  readonly masters: readonly object[]
  /** By number; a slot without a server is missing. */
  readonly slots: readonly (object | undefined)[]
  nodeClient(node: object): Promise<{ sendCommand(args: string[]): Promise<unknown> }>
  /** From version 6. */
  getNodeClientForKey?(key: string): Promise<{ sendCommand(args: string[]): Promise<unknown> }>
}

/** @throws the client's errors */
export function connectNodeRedis(client: NodeRedisClient): Connection {
  const send: Send = (command) => client.sendCommand([...command])
  return {
    isCluster: false,
    send: (_key, command) => send(command),
    wait: (_key, replicas, timeout) => send(['WAIT', String(replicas), String(timeout)]),
    masters: async () => [send],
    subscribe: (channel, listener) => subscribe(client, channel, listener),
  }
}

/** The same for a cluster. Replicas are never read: they may not know yet that a session has ended. */
export function connectNodeRedisCluster(cluster: NodeRedisCluster): Connection {
  return {
    isCluster: true,
    async send(key, command) {
      try {
        return await cluster.sendCommand(key, false, [...command])
      } catch (error) {
        // The client assumes that each slot has a server.
        if (!(error instanceof TypeError && cluster.slots.includes(undefined))) throw error
        throw new Error('the client knows no server for some of the slots', { cause: error })
      }
    },
    async wait(key, replicas, timeout) {
      const command = ['WAIT', String(replicas), String(timeout)]
      // Version 6 sends a WAIT to all shards, even with a key; version 5 sends it to the shard of the key.
      if (cluster.getNodeClientForKey === undefined) return cluster.sendCommand(key, false, command)
      return (await cluster.getNodeClientForKey(key)).sendCommand(command)
    },
    masters: async () =>
      Promise.all(
        cluster.masters.map(async (master): Promise<Send> => {
          const client = await cluster.nodeClient(master)
          return async (command) => client.sendCommand([...command])
        }),
      ),
    subscribe: (channel, listener) => subscribe(cluster, channel, listener),
  }
}

function subscribe(
  client: NodeRedisClient | NodeRedisCluster,
  channel: string,
  listener: () => void,
): () => void {
  const subscriber = client.duplicate()
  let isOver = false
  const close = (): void => {
    // It throws if it was already closed, for example because it gave up connecting.
    try {
      subscriber.destroy()
    } catch {}
  }
  // It reconnects by itself. Without a listener, an error would end the process.
  subscriber.on('error', () => undefined)
  void subscriber
    .connect()
    // If it was closed while connecting, it may be connected now.
    .then(() => (isOver ? close() : subscriber.subscribe(channel, listener)))
    .catch(() => undefined)
  return () => {
    isOver = true
    close()
  }
}
