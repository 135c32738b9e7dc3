import { StoreUnavailableError, type Store } from '@countersign/stores'
import type { PostgresPool } from '@countersign/store-postgres'
import type { RedisStoreClient } from '@countersign/store-redis'
import type { Opened } from './opened.ts'
import { fromOurs, fromProject } from './packages.ts'

/** What is used of `pg`. */
interface Pg {
  readonly Pool: new (config: {
    connectionString: string
    max: number
    connectionTimeoutMillis: number
  }) => PostgresPool & { end(): Promise<void> }
}

/** What is used of `redis`. */
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

/** Milliseconds. Somebody is waiting at a keyboard. */
const CONNECT_TIMEOUT = 5_000

export async function openPostgres(
  url: string,
  schema: string | undefined,
  cwd: string,
): Promise<Opened<Store>> {
  const { postgresStore } = await fromOurs(
    '@countersign/store-postgres',
    cwd,
    () => import('@countersign/store-postgres'),
  )
  const { Pool } = fromProject('pg', cwd) as Pg
  const pool = new Pool({ connectionString: url, max: 2, connectionTimeoutMillis: CONNECT_TIMEOUT })
  return { store: postgresStore(pool, { schema }), close: () => pool.end() }
}

export async function openRedis(
  url: string,
  prefix: string | undefined,
  cwd: string,
): Promise<Opened<Store>> {
  const { redisStore } = await fromOurs(
    '@countersign/store-redis',
    cwd,
    () => import('@countersign/store-redis'),
  )
  const { createClient } = fromProject('redis', cwd) as Redis
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECT_TIMEOUT, reconnectStrategy: false },
  })
  // Commands fail of themselves; without a listener, the event would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw new StoreUnavailableError('Redis', error)
  }
  return { store: redisStore(client, { prefix }), close: async () => client.destroy() }
}
