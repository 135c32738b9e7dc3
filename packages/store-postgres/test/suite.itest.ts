import { startPostgres, type PostgresServer } from '@countersign/services'
import { storeSuite, type StallingStore, type StoreSuiteOptions } from '@countersign/testing/stores'
import { postgresStore, type PostgresStoreOptions } from '@countersign/store-postgres'
import type { Store } from '@countersign/stores'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSchema, testDatabase, type TestDatabase } from './support/database.ts'

let database: TestDatabase
/** A server of this file's own, which is stopped and goes on. */
let hanging: PostgresServer
let hangingDatabase: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  hanging = await startPostgres()
  hangingDatabase = await testDatabase(hanging.url)
}, 60_000)
afterAll(async () => {
  await database.close()
  await hangingDatabase.close()
  await hanging.stop()
})

/** Every store has a pool of its own, as every process has; those of one case share a schema. */
function onPostgres(options: PostgresStoreOptions): StoreSuiteOptions {
  const opened = new Map<Store, { schema: string; close: () => Promise<void> }>()
  const open = (schema: string, now: () => number) => {
    const pool = database.pool()
    const store = postgresStore(pool, { ...options, schema, now })
    opened.set(store, { schema, close: async () => pool.end() })
    return store
  }
  return {
    create: async ({ now }) => {
      const store = open(newSchema(), now)
      await store.init()
      return store
    },
    reopen: async (store, { now }) => open(opened.get(store)?.schema ?? '', now),
    close: async (store) => opened.get(store)?.close(),
    stalling,
  }
}

/** The processes of the server stand still, as on a machine that is suspended. */
async function stalling(): Promise<StallingStore> {
  const schema = newSchema()
  const [pool, otherPool] = [hangingDatabase.pool(), hangingDatabase.pool()]
  const other = postgresStore(otherPool, { schema })
  await other.init()
  return {
    store: postgresStore(pool, { schema, statementTimeout: 1_000 }),
    other,
    stall: async () => hanging.pause(),
    resume: async () => hanging.resume(),
    close: async () => void (await Promise.all([pool.end(), otherPool.end()])),
  }
}

describe('the suite of all stores', () => {
  it.each(storeSuite(onPostgres({})))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('the suite of all stores, where writes may be lost', () => {
  const cases = storeSuite(onPostgres({ asynchronousReplication: true }))
  it.each(cases.filter(({ name }) => /may be lost|decideRotation/.test(name)))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
