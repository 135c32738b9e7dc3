// Clients of all four kinds, alike.
import type { RedisNode } from '@countersign/services'
import type { RedisStoreClient } from '@countersign/store-redis'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'

export interface TestClient {
  readonly client: RedisStoreClient
  /** Sends a command to the server of a key. */
  send(key: string, ...command: string[]): Promise<unknown>
  /** Sends a command to every master. */
  sendToAll(...command: string[]): Promise<unknown[]>
  close(): Promise<void>
}

export interface Servers {
  readonly url: string
  readonly nodes: readonly RedisNode[]
}

/** Opens a client. A server that goes away is what tests look at, so `error` events are heard and left alone. */
export const clientKinds: Readonly<Record<string, (servers: Servers) => Promise<TestClient>>> = {
  redis: async ({ url }) => openNodeRedis(url),
  'redis, cluster': async ({ nodes }) => openNodeRedisCluster(nodes),
  ioredis: async ({ url }) => openIoredis(url),
  'ioredis, cluster': async ({ nodes }) => openIoredisCluster(nodes),
}

export async function openNodeRedis(url: string): Promise<TestClient> {
  const client = createClient({ url, socket: { reconnectStrategy: 20 } })
  client.on('error', () => undefined)
  await client.connect()
  return {
    client,
    send: async (_key, ...command) => client.sendCommand(command),
    sendToAll: async (...command) => [await client.sendCommand(command)],
    close: async () => client.destroy(),
  }
}

export async function openIoredis(url: string): Promise<TestClient> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  return {
    client,
    send: async (_key, name = '', ...args) => client.call(name, ...args),
    sendToAll: async (name = '', ...args) => [await client.call(name, ...args)],
    close: async () => client.disconnect(),
  }
}

/** Where a client connects instead of an address that the cluster names. */
export type Detour = (address: RedisNode) => RedisNode

export async function openNodeRedisCluster(
  nodes: readonly RedisNode[],
  detour?: Detour,
): Promise<TestClient> {
  const client = createCluster({
    rootNodes: nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` })),
    defaults: { socket: { reconnectStrategy: 20 } },
    ...(detour && {
      nodeAddressMap: (address: string) => {
        const { hostname, port } = new URL(`redis://${address}`)
        return detour({ host: hostname, port: Number(port) })
      },
    }),
  })
  client.on('error', () => undefined)
  await client.connect()
  return {
    client,
    send: async (key, ...command) => client.sendCommand(key, false, command),
    sendToAll: async (...command) =>
      Promise.all(
        client.masters.map(async (master) => (await client.nodeClient(master)).sendCommand(command)),
      ),
    close: async () => client.destroy(),
  }
}

export async function openIoredisCluster(nodes: readonly RedisNode[], detour?: Detour): Promise<TestClient> {
  const client = new Cluster([...nodes], {
    ...(detour && {
      natMap: (key: string) => {
        const { hostname, port } = new URL(`redis://${key}`)
        return detour({ host: hostname, port: Number(port) })
      },
    }),
  })
  client.on('error', () => undefined)
  return {
    client,
    send: async (_key, name = '', ...args) => client.call(name, ...args),
    async sendToAll(name = '', ...args) {
      // it knows them once it is connected
      await client.call('PING')
      return Promise.all(client.nodes('master').map(async (node) => node.call(name, ...args)))
    },
    close: async () => client.disconnect(),
  }
}
