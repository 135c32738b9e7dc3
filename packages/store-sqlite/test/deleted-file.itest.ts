// A file that is deleted or replaced while the store has it open. SQLite itself goes on, into what nobody finds again.
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { StoreUnavailableError } from '@countersign/stores'
import { sqliteStore } from '@countersign/store-sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { createTestFolder, openTestStore } from './support/files.ts'
import { newSession } from './support/requests.ts'

async function open() {
  const opened = await openTestStore()
  await opened.store.createSession(newSession('tag.1'))
  return opened
}

const ALL = ['', '-wal', '-shm']

it('is unavailable as long as the file is gone, also to read, and creates none', async () => {
  const { file, store } = await open()
  for (const part of ALL) rmSync(file + part)
  const asked = [
    () => store.endSession('tag.1', 'logout', 1_000),
    () => store.checkSession('tag', 'tag.1'),
    () => store.createSession(newSession('tag.2')),
    () => store.readRevocations(undefined, 1),
  ]
  for (const ask of asked) await expect(ask()).rejects.toBeInstanceOf(StoreUnavailableError)
  expect(existsSync(file)).toBe(false)
  await store.init()
  expect(await store.createSession(newSession('tag.2'))).toMatchObject({ outcome: 'created' })
})

it('says so once when another file is in its place, and then works on that one', async () => {
  const { folder, file, store } = await open()
  const copy = folder.path('copy.sqlite')
  const database = new DatabaseSync(file)
  database.exec(`VACUUM INTO '${copy}'`)
  database.close()
  await store.endSession('tag.1', 'logout', 1_000)
  for (const part of ALL.slice(1)) rmSync(file + part, { force: true })
  renameSync(copy, file)
  await expect(store.createSession(newSession('tag.2'))).rejects.toBeInstanceOf(StoreUnavailableError)
  // as the backup had it
  expect((await store.checkSession('tag', 'tag.1')).state).toBe('live')
  expect((await store.checkSession('tag', 'tag.2')).state).toBe('unknown')
})

it("is unavailable for ever where the file of an application's database is gone: it cannot open another", async () => {
  const folder = createTestFolder()
  const file = folder.path('app.sqlite')
  const database = new DatabaseSync(file)
  const store = sqliteStore(database)
  onTestFinished(() => {
    database.close()
    folder.remove()
  })
  await store.init()
  copyFileSync(file, folder.path('copy.sqlite'))
  renameSync(folder.path('copy.sqlite'), file)
  for (let i = 0; i < 2; i++) {
    await expect(store.createSession(newSession('tag.1'))).rejects.toBeInstanceOf(StoreUnavailableError)
  }
  expect(database.prepare('SELECT count(*) AS sessions FROM countersign_sessions').get()).toEqual({
    sessions: 0,
  })
})
