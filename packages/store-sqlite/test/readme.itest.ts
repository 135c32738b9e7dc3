// #region import
import { sqliteStore } from '@countersign/store-sqlite'
// #endregion
import { afterAll, expect, it } from 'vitest'
import { createTestFolder } from './support/files.ts'

const folder = createTestFolder()
afterAll(folder.remove)

it('is used as the README shows', async () => {
  const databaseFile = folder.path('auth.sqlite')
  // #region start
  const store = sqliteStore(databaseFile)
  await store.init() // at start: creates the file and its tables, or upgrades them
  // #endregion
  // #region prune
  await store.prune(1_000) // now and then: deletes what is over, at most so many rows
  // #endregion
  expect(await store.readKeyRing('main')).toMatchObject({ version: 0 })
  store.close()
})
