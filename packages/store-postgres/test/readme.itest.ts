// What the README shows, as it stands there.
/* oxlint-disable no-console -- an application has its own log */
// #region pool
import { postgresStore } from '@countersign/store-postgres'
import { Pool } from 'pg'
// #endregion
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { testDatabase, type TestDatabase } from './support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  vi.stubEnv('DATABASE_URL', database.url)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await database.close()
})

it('is used as the README shows', async () => {
  // #region pool
  const pool = new Pool({
    connectionString: process.env['DATABASE_URL'],
    connectionTimeoutMillis: 5_000,
    statement_timeout: 5_000, // ends, in the server, what nobody waits for any more
  })
  pool.on('error', (error) => console.error('postgres:', error.message))

  const store = postgresStore(pool)
  // #endregion
  await store.init()
  expect(await store.readKeyRing('readme')).toMatchObject({ version: 0 })
  await pool.end()
})
