// Real stores, by a description that another process understands too.
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '@countersign/stores'

interface Address {
  readonly host: string
  readonly port: number
}

/** Where data is kept. Plain data: it goes to other processes. */
export type Backend =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly schema: string }
  | { readonly kind: 'redis' | 'ioredis'; readonly url: string; readonly prefix: string }
  | {
      readonly kind: 'redis-cluster' | 'ioredis-cluster'
      readonly nodes: readonly Address[]
      readonly prefix: string
    }

export interface OpenStore {
  readonly store: Store
  readonly close: () => Promise<void>
}

interface OpenOptions {
  /** Default: the store's own clock. */
  readonly now?: (() => number) | undefined
  /** Milliseconds after which a store that hangs is unavailable. */
  readonly patience?: number | undefined
}

/** Opens a connection, with the one driver that it takes: processes start sooner. A server that goes away is what tests look at, so `error` events are heard and left alone. */
export async function openBackend(
  backend: Backend,
  { now, patience = 5_000 }: OpenOptions = {},
): Promise<OpenStore> {
  switch (backend.kind) {
    case 'sqlite': {
      const { sqliteStore } = await import('@countersign/store-sqlite')
      const store = sqliteStore(backend.file, { now, timeout: patience })
      return { store, close: async () => store.close() }
    }
    case 'postgres': {
      const { postgresStore } = await import('@countersign/store-postgres')
      const { Pool } = await import('pg')
      const pool = new Pool({ connectionString: backend.url, max: 8 })
      pool.on('error', () => undefined)
      pool.on('connect', (client) => client.on('error', () => undefined))
      const store = postgresStore(pool, { schema: backend.schema, now, statementTimeout: patience })
      return { store, close: async () => pool.end() }
    }
    case 'redis': {
      const { redisStore } = await import('@countersign/store-redis')
      const { createClient } = await import('redis')
      const client = createClient({
        url: backend.url,
        disableOfflineQueue: true,
        socket: { reconnectStrategy: 20 },
      })
      client.on('error', () => undefined)
      await client.connect()
      const store = redisStore(client, { prefix: backend.prefix, now, timeout: patience })
      return { store, close: async () => client.destroy() }
    }
    case 'ioredis': {
      const { redisStore } = await import('@countersign/store-redis')
      const { Redis } = await import('ioredis')
      // what is asked while there is no connection must not be done later, when nobody waits for it
      const client = new Redis(backend.url, { retryStrategy: () => 20, enableOfflineQueue: false })
      client.on('error', () => undefined)
      await once(client, 'ready')
      const store = redisStore(client, { prefix: backend.prefix, now, timeout: patience })
      return { store, close: async () => client.disconnect() }
    }
    case 'redis-cluster': {
      const { redisStore } = await import('@countersign/store-redis')
      const { createCluster } = await import('redis')
      const rootNodes = backend.nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` }))
      const client = createCluster({
        rootNodes,
        defaults: { disableOfflineQueue: true, socket: { reconnectStrategy: 20 } },
      })
      client.on('error', () => undefined)
      await client.connect()
      const store = redisStore(client, { prefix: backend.prefix, now, timeout: patience })
      return { store, close: async () => client.destroy() }
    }
    case 'ioredis-cluster': {
      const { redisStore } = await import('@countersign/store-redis')
      const { Cluster } = await import('ioredis')
      // Once the store has given up, nothing may be tried again: it would be done after it was answered 503.
      const soon = { retryDelayOnFailover: 50, retryDelayOnClusterDown: 50, retryDelayOnTryAgain: 50 }
      const client = new Cluster([...backend.nodes], {
        enableOfflineQueue: false,
        maxRedirections: 4,
        ...soon,
      })
      client.on('error', () => undefined)
      await once(client, 'ready')
      const store = redisStore(client, { prefix: backend.prefix, now, timeout: patience })
      return { store, close: async () => client.disconnect() }
    }
  }
}

/** A folder for files of SQLite. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'countersign-sessions-'))
}
