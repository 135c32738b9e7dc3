import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { StoreUnavailableError } from '@countersign/stores'
import { sqliteStore, type SqliteStore, type SqliteStoreOptions } from '@countersign/store-sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createTestFile, type TestFolder } from './support/files.ts'
import { newSession, presented } from './support/requests.ts'

let folder: TestFolder
let file: string

beforeEach(() => {
  ;({ folder, file } = createTestFile())
})
afterEach(() => folder.remove())

function open(source: string | DatabaseSync = file, options?: SqliteStoreOptions): SqliteStore {
  const store = sqliteStore(source, options)
  onTestFinished(() => store.close())
  return store
}

function openDatabase(): DatabaseSync {
  const database = new DatabaseSync(file)
  onTestFinished(() => database.close())
  return database
}

describe('init', () => {
  it('comes first: before it, every operation says what to call, and creates nothing', async () => {
    const store = open()
    const early = [
      store.createSession(newSession('tag.1')),
      store.rotate(presented('tag.1', 1)),
      store.readKeyRing('main'),
      store.prune(1),
    ]
    for (const answer of early) {
      await expect(answer).rejects.toThrow(/`await store\.init\(\)`.*`countersign store init`/)
      await expect(answer).rejects.not.toBeInstanceOf(StoreUnavailableError)
    }
    expect(existsSync(file)).toBe(false)
  })

  it('is asked for also where there is a database without our tables', async () => {
    const store = open(openDatabase())
    await expect(store.prune(1)).rejects.toThrow(/await store\.init\(\)/)
    await store.init()
    expect(await store.prune(1)).toBe(0)
  })

  it('of another handle will do', async () => {
    const store = open()
    await expect(store.prune(1)).rejects.toThrow(/await store\.init\(\)/)
    await open().init()
    expect(await store.prune(1)).toBe(0)
  })

  it('refuses tables of a newer release, and leaves them alone', async () => {
    await open().init()
    const database = openDatabase()
    database.exec('UPDATE countersign_schema SET version = 99')
    const store = open()
    await expect(store.init()).rejects.toThrow(/version 99.*newer release/)
    await expect(store.prune(1)).rejects.toThrow(/version 99.*newer release/)
    expect(database.prepare('SELECT version FROM countersign_schema').get()).toEqual({ version: 99 })
  })

  it("leaves an application's own tables and version alone", async () => {
    const database = openDatabase()
    database.exec("PRAGMA user_version = 7; CREATE TABLE sessions (sid); INSERT INTO sessions VALUES ('own')")
    await open(database).init()
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 7 })
    expect(database.prepare('SELECT * FROM sessions').all()).toEqual([{ sid: 'own' }])
  })
})

describe('the file', () => {
  it('is readable by its owner alone, with the log beside it', async () => {
    const store = open()
    await store.init()
    await store.writeKeyRing('main', 0, 'ring')
    for (const path of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('keeps the permissions that it has', async () => {
    writeFileSync(file, '')
    chmodSync(file, 0o640)
    await open().init()
    expect(statSync(file).mode & 0o777).toBe(0o640)
  })

  it('is written through to the disk at each commit', async () => {
    const database = openDatabase()
    await open(database).init()
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    expect(database.prepare('PRAGMA fullfsync').get()).toEqual({ fullfsync: 1 })
  })

  it('is closed by close, but for a database that was handed in', async () => {
    const store = open()
    await store.init()
    store.close()
    store.close()
    await expect(store.prune(1)).rejects.toBeInstanceOf(StoreUnavailableError)
    await expect(store.init()).rejects.toBeInstanceOf(StoreUnavailableError)
    const database = openDatabase()
    const handedIn = open(database)
    expect(await handedIn.prune(1)).toBe(0)
    handedIn.close()
    await expect(handedIn.prune(1)).rejects.toBeInstanceOf(StoreUnavailableError)
    expect(database.prepare('SELECT 1 AS one').get()).toEqual({ one: 1 })
  })
})

describe('a database that cannot be used', () => {
  it('is unavailable while another holds the lock, and good after that', async () => {
    const store = open(file, { timeout: 200 })
    await store.init()
    await store.createSession(newSession('tag.1'))
    const other = openDatabase()
    other.exec('BEGIN IMMEDIATE')
    const refused = await store.rotate(presented('tag.1', 1)).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StoreUnavailableError)
    expect(refused).toMatchObject({ cause: { errcode: 5 } })
    // readers do not wait for writers
    expect((await store.checkSession('tag', 'tag.1')).state).toBe('live')
    other.exec('ROLLBACK')
    expect((await store.rotate(presented('tag.1', 1))).outcome).toBe('rotated')
  })

  it('is unavailable where the file is none of SQLite', async () => {
    writeFileSync(file, 'no database, but longer than the header of one '.repeat(100))
    await expect(open().init()).rejects.toBeInstanceOf(StoreUnavailableError)
    await expect(open().prune(1)).rejects.toBeInstanceOf(StoreUnavailableError)
  })

  it('is unavailable where the file cannot be made', async () => {
    await expect(open(folder.path('missing/auth.sqlite')).init()).rejects.toBeInstanceOf(
      StoreUnavailableError,
    )
  })

  it('is unavailable where the disk is full: nothing is written, and what was there is', async () => {
    const database = openDatabase()
    const store = open(database)
    await store.init()
    await store.writeKeyRing('main', 0, 'small')
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() ?? {}
    database.exec(`PRAGMA max_page_count = ${Number(pages)}`)
    await expect(store.writeKeyRing('main', 1, 'x'.repeat(200_000))).rejects.toBeInstanceOf(
      StoreUnavailableError,
    )
    expect(await store.readKeyRing('main')).toMatchObject({ version: 1, content: 'small' })
    database.exec('PRAGMA max_page_count = 100000')
    expect(await store.writeKeyRing('main', 1, 'x'.repeat(200_000))).toBe(true)
  })

  it('is not what is said of a mistake', async () => {
    const store = open()
    await store.init()
    await store.createSession(newSession('tag.1'))
    await expect(store.createSession(newSession('tag.1'))).rejects.not.toBeInstanceOf(StoreUnavailableError)
    await expect(
      store.createSession({ ...newSession('tag.2'), idleTimeout: Number.NaN }),
    ).rejects.not.toBeInstanceOf(StoreUnavailableError)
    expect((await store.listSessions('tag', { limit: 9, after: undefined })).sessions).toHaveLength(1)
  })
})
