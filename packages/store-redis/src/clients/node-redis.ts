import type { Connection, Send } from './connection.ts'

/** A duplicate of a client, which only listens. */
export interface NodeRedisSubscriber {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string, listener: () => void): Promise<unknown>
  destroy(): void
}

/** A client of `redis` (node-redis) 5 or 6: what `createClient()` returns. It is connected by the application. */
export interface NodeRedisClient {
  duplicate(): NodeRedisSubscriber
  sendCommand(args: string[]): Promise<unknown>
  /** Tells it from pools and from Sentinel's clients, which are something else behind the same names. */
  readonly isPubSubActive: boolean
}

/** A client of `redis` (node-redis) 5 or 6 for a cluster: what `createCluster()` returns. It is connected by the application. */
export interface NodeRedisCluster {
  duplicate(): NodeRedisSubscriber
  sendCommand(firstKey: string | undefined, isReadonly: boolean | undefined, args: string[]): Promise<unknown>
  readonly masters: readonly object[]
  /** By number; a slot that no server has is missing. */
  readonly slots: readonly (object | undefined)[]
  nodeClient(node: object): Promise<{ sendCommand(args: string[]): Promise<unknown> }>
  /** From version 6. */
  getNodeClientForKey?(key: string): Promise<{ sendCommand(args: string[]): Promise<unknown> }>
}

/** @throws what the client throws */
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

/** The same for a cluster. Nothing is read from replicas: they may not know yet of a session that ended. */
export function connectNodeRedisCluster(cluster: NodeRedisCluster): Connection {
  return {
    isCluster: true,
    async send(key, command) {
      try {
        return await cluster.sendCommand(key, false, [...command])
      } catch (error) {
        // It takes for granted that each slot has a server.
        if (!(error instanceof TypeError && cluster.slots.includes(undefined))) throw error
        throw new Error('the client knows no server for some of the slots', { cause: error })
      }
    },
    async wait(key, replicas, timeout) {
      const command = ['WAIT', String(replicas), String(timeout)]
      // Version 6 sends a WAIT to all shards, even if it is given a key; 5 to the shard of the key.
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
    // It throws if it was closed already, as when it gave up connecting.
    try {
      subscriber.destroy()
    } catch {}
  }
  // It connects again by itself. Without a listener, an error would end the process.
  subscriber.on('error', () => undefined)
  void subscriber
    .connect()
    // One that was closed while it connected may be connected all the same.
    .then(() => (isOver ? close() : subscriber.subscribe(channel, listener)))
    .catch(() => undefined)
  return () => {
    isOver = true
    close()
  }
}
