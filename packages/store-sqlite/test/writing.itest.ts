// What a rotation writes, as the file shows it.
import { DatabaseSync } from 'node:sqlite'
import { sqliteStore } from '@countersign/store-sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { createTestFolder } from './support/files.ts'
import { newSession, presented } from './support/requests.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const IDLE = { idleTimeout: 7 * DAY }

async function open() {
  const folder = createTestFolder()
  const database = new DatabaseSync(folder.path('auth.sqlite'))
  // the first minute of a sixteenth of the idle timeout
  const clock = { time: Math.ceil(1_800_000_000_000 / ((7 * DAY) / 16)) * ((7 * DAY) / 16) }
  const store = sqliteStore(database, { now: () => clock.time })
  onTestFinished(() => {
    database.close()
    folder.remove()
  })
  await store.init()
  return { database, store, clock }
}

async function start({ store }: Awaited<ReturnType<typeof open>>, sid: string): Promise<void> {
  await store.createSession({ ...newSession(sid), ...IDLE, absoluteTimeout: 30 * DAY })
}

it('a rotation writes one page: none of an index', async () => {
  const all = await open()
  const { database, store, clock } = all
  const sids = Array.from({ length: 400 }, (_, index) => `tag-${index}.${index}`)
  for (const sid of sids) await start(all, sid)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const rotated = sids.filter((_, index) => index % 8 === 0)
  for (const sid of rotated) {
    clock.time += MINUTE
    expect((await store.rotate(presented(sid, 1))).outcome).toBe('rotated')
  }
  // the pages in the log, one for each page that a commit changed
  expect(database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()).toMatchObject({ log: rotated.length })
})

it('[I-18] prune knows of a session that was used again when it is due', async () => {
  const all = await open()
  const { store, clock } = all
  await start(all, 'tag.used')
  await start(all, 'tag.left')
  clock.time += 3 * DAY
  await store.rotate(presented('tag.used', 1))
  clock.time += 4 * DAY - 1
  expect(await store.prune(9)).toBe(0)
  clock.time += 1
  expect(await store.prune(9)).toBe(1)
  expect((await store.checkSession('tag', 'tag.used')).state).toBe('live')
  clock.time += 3 * DAY - 1
  expect(await store.prune(9)).toBe(0)
  clock.time += 1
  expect(await store.prune(9)).toBe(1)
  expect((await store.checkSession('tag', 'tag.used')).state).toBe('unknown')
})

it('[I-18] prune knows of a session that came back within its cooldown', async () => {
  const all = await open()
  const { store, clock } = all
  await start(all, 'tag.1')
  clock.time += DAY
  const early = { ...presented('tag.1', 1), cooldown: 2 * DAY }
  expect((await store.rotate(early)).outcome).toBe('cooldown')
  clock.time += 7 * DAY - 1
  expect(await store.prune(9)).toBe(0)
  clock.time += 1
  expect(await store.prune(9)).toBe(1)
})
