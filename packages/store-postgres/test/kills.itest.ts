// What a crash does to the end of a session and its entry in the log, and to readers of the log.
import { startPostgres, type PostgresServer } from '@countersign/services'
import type { Store } from '@countersign/stores'
import { postgresStore } from '@countersign/store-postgres'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { logOut, login, logReader, tokenRevocation } from './support/inputs.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(async () => server.stop())

function open(): { readonly pool: Pool; readonly store: Store; readonly close: () => Promise<void> } {
  const pool = new Pool({ connectionString: server.url, max: 8 })
  pool.on('connect', (client) => client.on('error', () => undefined))
  const store = postgresStore(pool, { schema: 'kills' })
  const close = async () => void (pool.ended || (await pool.end()))
  onTestFinished(close)
  return { pool, store, close }
}

const pause = async (milliseconds: number) => new Promise((resolve) => void setTimeout(resolve, milliseconds))

/** Whether the sessions have ended by their rows, and by the log. */
async function ended(store: Store, sids: readonly string[]): Promise<[rows: string[], log: string[]]> {
  const found = await Promise.all(sids.map(async (sid) => store.findSession(sid)))
  const rows = sids.filter((_, at) => found[at]?.session?.revokedAt !== undefined)
  const inLog = new Set((await logReader(store)()).map(({ key }) => key))
  return [rows, sids.filter((sid) => inLog.has(sid))]
}

it(
  'sessions end while the server, or one of its processes, is killed: never a row without its entry, or the reverse',
  {
    timeout: 120_000,
  },
  async () => {
    const [rounds, each] = [16, 40]
    await open().store.init()
    let cut = 0
    for (let round = 0; round < rounds; round++) {
      const { pool, store, close } = open()
      const sids = Array.from({ length: each }, (_, at) => `round-${round}.${at}`)
      await Promise.all(sids.map(async (sid) => store.createSession(login(sid))))
      const answers = sids.map(async (sid, at) => {
        await pause(at / 4)
        return logOut(store, sid).catch(() => 'unknown' as const)
      })
      await pause(2 + (round % 8))
      // by turns the whole server, and one process of it, after which it starts anew by itself
      if (round % 2 === 0) await server.kill()
      else await killOne(pool).catch(() => undefined)
      const outcomes = await Promise.all(answers)
      await close()
      if (round % 2 === 0) await server.restart()
      const next = open()
      const [rows, log] = await vi.waitFor(async () => ended(next.store, sids), 20_000)
      await next.close()
      expect(log).toEqual(rows)
      expect(rows).toEqual(expect.arrayContaining(sids.filter((_, at) => outcomes[at] === true)))
      if (rows.length > 0 && rows.length < each) cut++
    }
    // it was really killed in between
    expect(cut).toBeGreaterThan(0)
  },
)

/** SIGKILL to a process that serves a connection. */
async function killOne(pool: Pool): Promise<void> {
  const { rows } = await pool.query('SELECT pg_backend_pid() AS pid')
  process.kill(rows[0].pid, 'SIGKILL')
}

it(
  'a cursor is a gap after a crash, since numbers of transactions may be given out again',
  {
    timeout: 60_000,
  },
  async () => {
    const { pool, store } = open()
    await store.init()
    for (const kill of [
      async () => {
        await server.kill()
        await server.restart()
      },
      async () => killOne(pool),
    ]) {
      const read = await vi.waitFor(async () => {
        await store.appendRevocations([tokenRevocation('before')])
        return store.readRevocations(undefined, 100_000)
      }, 20_000)
      if (read.gap) throw new Error('a gap at the beginning')
      expect(await store.readRevocations(read.cursor, 10)).toMatchObject({ gap: false })
      await kill()
      await vi.waitFor(
        async () => expect(await store.readRevocations(read.cursor, 10)).toMatchObject({ gap: true }),
        20_000,
      )
    }
  },
)
