// Clients that answer what a test wants, and connect to nothing.
import type { RedisStoreClient } from '@countersign/store-redis'

const unheard = {
  on: () => undefined,
  connect: async () => undefined,
  subscribe: async () => undefined,
  destroy: () => undefined,
  disconnect: () => undefined,
}

/** A client of node-redis. */
export function fakeNodeRedis(sendCommand: (args: string[]) => Promise<unknown>): RedisStoreClient {
  return { isPubSubActive: false, sendCommand, duplicate: () => unheard }
}

type Call = (command: string, ...args: string[]) => Promise<unknown>

/** A client of ioredis. */
export function fakeIoredis(call: Call): RedisStoreClient {
  return { options: {}, call, duplicate: () => unheard }
}

/** A cluster of ioredis, of which so many masters are known. */
export function fakeIoredisCluster(call: Call, known: number): RedisStoreClient {
  return {
    options: {},
    call,
    nodes: () => Array.from({ length: known }, () => ({ call })),
    pipeline: () => ({ exec: async () => null }),
    duplicate: () => unheard,
  }
}
