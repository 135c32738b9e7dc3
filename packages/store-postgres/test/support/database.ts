import { randomUUID } from 'node:crypto'
import { createDatabase, type Database } from '@countersign/services'
import { Pool, type PoolConfig } from 'pg'
import { inject } from 'vitest'

/** A database of this file's own, and what is left to be closed. */
export interface TestDatabase extends Database {
  pool(config?: PoolConfig): Pool
  /** Closes all pools and drops the database. */
  close(): Promise<void>
}

export async function testDatabase(serverUrl: string = inject('postgresUrl')): Promise<TestDatabase> {
  const database = await createDatabase(serverUrl)
  const pools: Pool[] = []
  return {
    ...database,
    pool(config) {
      const pool = new Pool({ connectionString: database.url, max: 4, ...config })
      // a pool that ends does not wait until its connections are closed, and dropping the database ends those too
      pool.on('connect', (client) => client.on('error', () => undefined))
      pools.push(pool)
      return pool
    },
    async close() {
      await Promise.all(pools.map(async (pool) => pool.ended || pool.end()))
      await database.drop()
    },
  }
}

/** A name for a schema that no other test uses. */
export function newSchema(): string {
  return `s_${randomUUID().replaceAll('-', '')}`
}
