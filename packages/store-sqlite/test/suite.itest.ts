import { DatabaseSync } from 'node:sqlite'
import type { Store } from '@countersign/stores'
import { sqliteStore, type SqliteStore } from '@countersign/store-sqlite'
import { storeSuite, type StoreSuiteOptions } from '@countersign/testing/stores'
import { afterAll, describe, expect, it } from 'vitest'
import { createTestFolder } from './support/files.ts'

const folder = createTestFolder()
afterAll(folder.remove)
let files = 0

/** A file for each store, and a connection for each handle. */
function onFiles(): StoreSuiteOptions {
  const opened = new Map<Store, { readonly file: string; readonly handle: SqliteStore }>()
  const open = (file: string, now: () => number): SqliteStore => {
    const handle = sqliteStore(file, { now })
    opened.set(handle, { file, handle })
    return handle
  }
  return {
    watches: true,
    create: async ({ now }) => {
      const store = open(folder.path(`${files++}.sqlite`), now)
      await store.init()
      return store
    },
    reopen: async (store, { now }) => open(opened.get(store)?.file ?? '', now),
    close: (store) => opened.get(store)?.handle.close(),
    stalling: async () => {
      const file = folder.path(`${files++}.sqlite`)
      const store = sqliteStore(file, { timeout: 300 })
      await store.init()
      const other = sqliteStore(file)
      // a writer that is stopped in the middle of its transaction
      const writer = new DatabaseSync(file)
      return {
        store,
        other,
        stall: () => writer.exec('BEGIN IMMEDIATE'),
        resume: () => writer.exec('ROLLBACK'),
        close: () => {
          for (const one of [store, other, writer]) one.close()
        },
      }
    },
  }
}

/** A database of the application, which outlives the store. */
function onDatabases(): StoreSuiteOptions {
  return {
    watches: true,
    create: async ({ now }) => {
      const database = new DatabaseSync(':memory:')
      database.exec(
        "CREATE TABLE sessions (sid TEXT); PRAGMA user_version = 7; INSERT INTO sessions VALUES ('own')",
      )
      const store = sqliteStore(database, { now })
      await store.init()
      return store
    },
  }
}

describe.each([
  ['a file, through several connections', onFiles()],
  ["an application's database", onDatabases()],
])('sqliteStore on %s', (_, options) => {
  it.each(storeSuite(options).map(({ name, run }) => [name, run] as const))('%s', async (__, run) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
