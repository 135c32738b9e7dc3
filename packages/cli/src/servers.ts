import { StoreUnavailableError, type Store } from '@countersign/stores'
import type { PostgresPool } from '@countersign/store-postgres'
import type { RedisStoreClient } from '@countersign/store-redis'
import type { OpenStore } from './open-store.ts'
import { importOwnPackage, requireFromProject } from './packages.ts'

/** The part of `pg` that is used here. */
interface Pg {
  readonly Pool: new (config: {
    connectionString: string
    max: number
    connectionTimeoutMillis: number
  }) => PostgresPool & { end(): Promise<void> }
}

/** The part of `redis` that is used here. */
interface Redis {
  readonly createClient: (options: {
    url: string
    disableOfflineQueue: boolean
    socket: { connectTimeout: number; reconnectStrategy: false }
  }) => RedisStoreClient & {
    on(event: 'error', listener: () => void): unknown
    connect(): Promise<unknown>
    destroy(): void
  }
}

/** Milliseconds. Short, because a person is waiting. */
const CONNECT_TIMEOUT = 5_000

export async function openPostgres(
  url: string,
  schema: string | undefined,
  cwd: string,
): Promise<OpenStore<Store>> {
  const { postgresStore } = await importOwnPackage(
    '@countersign/store-postgres',
    cwd,
    () => import('@countersign/store-postgres'),
  )
  const { Pool } = requireFromProject('pg', cwd) as Pg
  const pool = new Pool({ connectionString: url, max: 2, connectionTimeoutMillis: CONNECT_TIMEOUT })
  return { store: postgresStore(pool, { schema }), close: () => pool.end() }
}

export async function openRedis(
  url: string,
  prefix: string | undefined,
  cwd: string,
): Promise<OpenStore<Store>> {
  const { redisStore } = await importOwnPackage(
    '@countersign/store-redis',
    cwd,
    () => import('@countersign/store-redis'),
  )
  const { createClient } = requireFromProject('redis', cwd) as Redis
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECT_TIMEOUT, reconnectStrategy: false },
  })
  // Commands report their own errors. Without a listener, this event would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw new StoreUnavailableError('Redis', error)
  }
  return { store: redisStore(client, { prefix }), close: async () => client.destroy() }
}
