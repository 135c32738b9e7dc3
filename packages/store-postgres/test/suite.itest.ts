import { storeSuite, type StoreSuiteOptions } from '@countersign/testing/stores'
import { postgresStore, type PostgresStoreOptions } from '@countersign/store-postgres'
import type { Store } from '@countersign/stores'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSchema, testDatabase, type TestDatabase } from './support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => database.close())

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
