// The revocation log over what befalls a file.
import { copyFileSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { sqliteStore, type SqliteStore } from '@countersign/store-sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createTestFile, type TestFolder } from './support/files.ts'
import { newSession } from './support/requests.ts'

const LONG = 3_600_000
let folder: TestFolder
let file: string

beforeEach(() => {
  ;({ folder, file } = createTestFile())
})
afterEach(() => folder.remove())

function open(): SqliteStore {
  const store = sqliteStore(file)
  onTestFinished(() => store.close())
  return store
}

async function endSessions(store: SqliteStore, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await store.createSession(newSession(`tag.${name}`))
    await store.endSession(`tag.${name}`, 'logout', LONG)
  }
}

async function cursorOf(store: SqliteStore): Promise<string> {
  const read = await store.readRevocations(undefined, 100)
  if (read.gap) throw new Error('a gap at the beginning')
  return read.cursor
}

/** Takes a backup, and returns what puts it back. */
function backUp(): () => void {
  const copy = folder.path('backup.sqlite')
  const database = new DatabaseSync(file)
  database.exec(`VACUUM INTO '${copy}'`)
  database.close()
  return () => {
    for (const part of ['-wal', '-shm']) rmSync(file + part, { force: true })
    copyFileSync(copy, file)
  }
}

/** Where a reader is that has read past a backup, which is put back then. */
async function cursorPastBackup(): Promise<string> {
  const store = open()
  await store.init()
  await endSessions(store, ['1'])
  const restore = backUp()
  await endSessions(store, ['2'])
  const cursor = await cursorOf(store)
  store.close()
  restore()
  return cursor
}

describe('after a restored backup', () => {
  it('a reader that was ahead of it finds a gap', async () => {
    const cursor = await cursorPastBackup()
    expect((await open().readRevocations(cursor, 10)).gap).toBe(true)
  })

  it('also where the log has grown past it again since', async () => {
    const cursor = await cursorPastBackup()
    const restored = open()
    await endSessions(restored, ['3', '4'])
    expect((await restored.readRevocations(cursor, 10)).gap).toBe(true)
  })

  it('a reader that was behind it goes on', async () => {
    const store = open()
    await store.init()
    await endSessions(store, ['1'])
    const cursor = await cursorOf(store)
    await endSessions(store, ['2'])
    const restore = backUp()
    store.close()
    restore()
    const read = await open().readRevocations(cursor, 10)
    expect(read).toMatchObject({ gap: false, entries: [{ key: 'tag.2' }] })
  })
})

it('a cursor of another file is a gap, and is good after a restart', async () => {
  const store = open()
  await store.init()
  await endSessions(store, ['1'])
  const cursor = await cursorOf(store)
  store.close()
  expect((await open().readRevocations(cursor, 10)).gap).toBe(false)
  file = folder.path('another.sqlite')
  const another = open()
  await another.init()
  await endSessions(another, ['1'])
  expect((await another.readRevocations(cursor, 10)).gap).toBe(true)
})

it('a listener hears of an end by this connection at once, and by another one soon', async () => {
  const [store, other] = [open(), open()]
  await store.init()
  const listener = vi.fn<() => void>()
  const stop = store.watchRevocations?.(listener)
  await endSessions(store, ['1'])
  expect(listener).toHaveBeenCalledTimes(1)
  await other.createSession(newSession('tag.2'))
  listener.mockClear()
  await other.endSession('tag.2', 'logout', LONG)
  await expect.poll(() => listener.mock.calls.length).toBeGreaterThan(0)
  stop?.()
})

it('a listener survives that the store is closed, and the file deleted', async () => {
  const store = open()
  await store.init()
  store.watchRevocations?.(() => undefined)
  rmSync(file)
  await new Promise((resolve) => {
    setTimeout(resolve, 120)
  })
  store.close()
  store.watchRevocations?.(() => undefined)
  await new Promise((resolve) => {
    setTimeout(resolve, 120)
  })
  await expect(store.prune(1)).rejects.toThrow('unavailable')
})

it('recoverSessions ends thousands, each with its entry, and other work goes on meanwhile', async () => {
  const store = open()
  await store.init()
  const database = new DatabaseSync(file)
  onTestFinished(() => database.close())
  await store.createSession(newSession('tag.0'))
  const columns = database
    .prepare("SELECT name FROM pragma_table_info('countersign_sessions') WHERE name <> 'sid'")
    .all()
    .map(({ name }) => String(name))
  database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
    INSERT INTO countersign_sessions (sid, ${columns.join()})
    SELECT 'tag.' || i, ${columns.join()} FROM n, countersign_sessions WHERE sid = 'tag.0'`)
  let turns = 0
  const heart = setInterval(() => turns++, 1)
  expect(await store.recoverSessions(Date.now(), LONG)).toBe(2_501)
  clearInterval(heart)
  expect(turns).toBeGreaterThan(5)
  const { entries } = database.prepare('SELECT count(*) AS entries FROM countersign_log').get() ?? {}
  expect(entries).toBe(2_501)
})
