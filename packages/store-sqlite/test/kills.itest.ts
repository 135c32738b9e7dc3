// A process that is killed while sessions end: never an end without its entry in the log, nor an entry without its end.
import type { SqliteStore } from '@countersign/store-sqlite'
import { describe, expect, it } from 'vitest'
import { openTestStore } from './support/files.ts'
import { startProcesses } from './support/processes.ts'
import { newSession } from './support/requests.ts'
import { ENDINGS, type Ending } from './support/tasks.ts'

const TAG = 'tag'

/** Reads what is new each time: the sids that have ended, and those that the log says have. */
function createReader(store: SqliteStore) {
  let cursor: string | undefined
  let index = 0
  return async () => {
    const ended: string[] = []
    const logged: string[] = []
    for (;;) {
      const read = await store.readRevocations(cursor, 1_000)
      if (read.gap) throw new Error('a gap')
      logged.push(...read.entries.map(({ key }) => key))
      cursor = read.cursor
      if (read.complete) break
    }
    for (; ; index++) {
      const { session } = await store.findSession(`${TAG}.${index}`)
      if (session === undefined) return { ended, logged, next: index }
      if (session.revokedAt !== undefined) ended.push(session.sid)
    }
  }
}

describe('killed between the end of a session and its entry in the log', () => {
  it.each(ENDINGS)('[I-50] %s: neither is there', async (ending: Ending) => {
    const { file, store } = await openTestStore()
    await store.createSession({
      ...newSession('tag.0'),
      session: { ...newSession('tag.0').session, provider: { issuer: 'idp', sid: 'a', subject: 'alice' } },
    })
    const before = await store.findSession('tag.0')
    const [child] = await startProcesses(1, file)
    expect(await child!.runUntilDead({ do: 'dieBeforeLog', ending })).toBe('SIGKILL')
    const after = await store.findSession('tag.0')
    expect([after.session, after.epoch]).toEqual([before.session, 0])
    expect(await store.readRevocations(undefined, 10)).toMatchObject({ gap: false, entries: [] })
  })
})

/** How many processes are killed. The thousand of a soak take ten minutes: `KILLS=1000`. */
const KILLS = Number(process.env['KILLS'] ?? 24)

it(`[I-50] killed ${KILLS} times at any moment while sessions end: the ends are those in the log`, async () => {
  const { file, store } = await openTestStore()
  const read = createReader(store)
  let first = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const [child] = await startProcesses(1, file)
    await child!.runUntilKilled({ do: 'endForEver', first }, kill % 12)
    const { ended, logged, next } = await read()
    expect(logged.toSorted()).toEqual(ended.toSorted())
    first = next
  }
  expect(first).toBeGreaterThan(KILLS)
}, 1_200_000)
