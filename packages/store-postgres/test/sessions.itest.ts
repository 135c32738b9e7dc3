import { createHash, randomBytes } from 'node:crypto'
import { postgresStore, type PostgresPool, type PostgresStoreOptions } from '@countersign/store-postgres'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newSchema, testDatabase, type TestDatabase } from './support/database.ts'
import { DAY, listed, logOut, login, raise, refresh, REVOKE_FOR } from './support/inputs.ts'

/** A deadline that never comes. */
const NEVER = Number.MAX_SAFE_INTEGER

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => database.close())

async function newStore(options: PostgresStoreOptions = {}, config?: Parameters<TestDatabase['pool']>[0]) {
  const schema = newSchema()
  const pool = database.pool(config)
  const store = postgresStore(pool, { schema, ...options })
  await store.init()
  return { schema, pool, store }
}

/** Until an operation on a schema waits for a lock that somebody else holds. */
async function untilWaiting(pool: Pool, schema: string): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${schema}%'`
  await vi.waitFor(async () => expect((await pool.query(waiting)).rows).toHaveLength(1), 10_000)
}

describe('the clock', () => {
  it('is the server’s, whatever that of this process says', async () => {
    const { store, pool } = await newStore()
    vi.useFakeTimers({ now: 0, toFake: ['Date'] })
    try {
      const { rows } = await pool.query(`SELECT date_part('epoch', clock_timestamp()) * 1000 AS now`)
      const { now, session } = await store.createSession(login('alice.1'))
      expect(now).toBeGreaterThanOrEqual(Math.floor(rows[0].now))
      expect(now).toBeLessThan(rows[0].now + 60_000)
      expect(session).toMatchObject({ createdAt: now, rotatedAt: now, absoluteExpiresAt: now + 90 * DAY })
    } finally {
      vi.useRealTimers()
    }
  })

  it('is read after the lock: who waited does not write a time from before', async () => {
    const { schema, store, pool } = await newStore()
    await store.createSession(login('alice.1'))
    const other = await pool.connect()
    await other.query('BEGIN')
    await other.query(`UPDATE ${schema}.sessions SET gen = 2`)
    const waiting = store.rotate(refresh('alice.1', 1, { mode: 'strict', grace: 0 }))
    await untilWaiting(pool, schema)
    const { rows } = await other.query(`SELECT floor(date_part('epoch', clock_timestamp()) * 1000) AS now`)
    await other.query('COMMIT')
    other.release()
    const { outcome, session } = await waiting
    expect(outcome).toBe('reused')
    expect(session?.revokedAt).toBeGreaterThanOrEqual(rows[0].now)
  })
})

describe('log out everywhere', () => {
  it('[I-19] does not depend on an index', async () => {
    const { schema, store, pool } = await newStore()
    for (const sid of ['alice.1', 'alice.2', 'bob.1']) await store.createSession(login(sid))
    await pool.query(`
      ALTER TABLE ${schema}.sessions DROP CONSTRAINT sessions_pkey;
      DROP INDEX ${schema}.sessions_prune_after;`)
    await raise(store, 'alice')
    for (const sid of ['alice.1', 'alice.2']) {
      expect((await store.rotate(refresh(sid, 1))).outcome).toBe('revoked')
      expect((await store.checkSession('alice', sid)).state).toBe('revoked')
    }
    expect(await listed(store, 'alice')).toEqual([])
    expect((await store.rotate(refresh('bob.1', 1))).outcome).toBe('rotated')
  })

  it('[I-19] while logins and refreshes of the same user run: none that came after it is older than it', async () => {
    const { store } = await newStore({}, { max: 8 })
    for (let round = 0; round < 20; round++) {
      const [first] = await Promise.all([
        raise(store, 'alice'),
        ...Array.from({ length: 4 }, async (_, index) =>
          store.createSession(login(`alice.${round}-${index}`, { limit: 3, overLimit: 'evict' })),
        ),
        raise(store, 'alice', `alice.${round}-0`),
        store.rotate(refresh(`alice.${round}-1`, 1)),
      ])
      const epoch = (await store.checkSession('alice', undefined)).epoch
      expect(epoch).toBeGreaterThanOrEqual(first.epoch)
      const sessions = await listed(store, 'alice')
      expect(sessions.length).toBeLessThanOrEqual(3)
      for (const session of sessions) expect(session.epoch).toBe(epoch)
      expect((await store.createSession(login(`alice.${round}-after`))).session?.epoch).toBe(epoch)
    }
  })
})

describe('operations on the same rows at once', () => {
  it('[I-18] a raise that waits for another one sees it: what that ended is not carried over', async () => {
    const { schema, store, pool } = await newStore()
    await store.createSession(login('alice.1'))
    const other = await pool.connect()
    await other.query('BEGIN')
    await other.query(`SELECT ${schema}.raise_epoch('alice', ${DAY}, '', '', 0, NULL, NULL, ${NEVER}, NULL)`)
    const waiting = raise(store, 'alice', 'alice.1')
    await untilWaiting(pool, schema)
    await other.query('COMMIT')
    other.release()
    await waiting
    expect((await store.checkSession('alice', 'alice.1')).state).toBe('revoked')
  })

  it('[I-18] an old token that waits for a logout finds the session ended, and leaves its tombstone as it is', async () => {
    const { schema, store, pool } = await newStore()
    await store.createSession(login('alice.1'))
    for (const gen of [1, 2]) await store.rotate(refresh('alice.1', gen))
    const other = await pool.connect()
    await other.query('BEGIN')
    await other.query(`SELECT ${schema}.end_session('alice.1', 'logout', 0, ${NEVER}, NULL)`)
    const waiting = store.rotate(refresh('alice.1', 1))
    await untilWaiting(pool, schema)
    await other.query('COMMIT')
    other.release()
    expect(await waiting).toMatchObject({ outcome: 'revoked', session: { gen: 3, reason: 'logout' } })
  })

  it('a login locks the rows that it ends in the order of their sids, as recovery does', async () => {
    const { schema, store, pool } = await newStore()
    await store.createSession(login('alice.a'))
    await store.createSession(login('alice.z'))
    const other = await pool.connect()
    await other.query('BEGIN')
    await other.query(`SELECT FROM ${schema}.sessions WHERE sid = 'alice.a' FOR UPDATE`)
    const rules = { limit: 1, overLimit: 'evict', replaces: 'alice.z' } as const
    const waiting = store.createSession(login('alice.n', rules))
    await untilWaiting(pool, schema)
    const { rowCount } = await other.query(
      `SELECT FROM ${schema}.sessions WHERE sid = 'alice.z' FOR UPDATE NOWAIT`,
    )
    expect(rowCount).toBe(1)
    await other.query('COMMIT')
    other.release()
    expect((await waiting).evicted).toEqual(['alice.a'])
    expect((await listed(store, 'alice')).map(({ sid }) => sid)).toEqual(['alice.n'])
  })

  it('never deadlock: logins that evict, recovery, raises, refreshes, ends, prune', async () => {
    const { schema, pool } = await newStore({}, { max: 10 })
    const refused: unknown[] = []
    const watched: PostgresPool = {
      query: async (query) =>
        pool.query(query).catch((error: unknown) => {
          refused.push(error)
          throw error
        }),
    }
    const store = postgresStore(watched, { schema })
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const sid = `alice.${(index * 7919) % 1000}`
        await store.createSession(login(sid, { limit: 5, overLimit: 'evict', replaces: `alice.${index}` }))
        await Promise.all([
          store.rotate(refresh(sid, 1)),
          index % 10 === 0 ? store.recoverSessions(Date.now() + DAY, REVOKE_FOR) : undefined,
          index % 7 === 0 ? raise(store, 'alice', sid) : undefined,
          logOut(store, sid),
          store.prune(10),
        ])
      }),
    )
    expect(refused).toEqual([])
    const { rows } = await pool.query(`SELECT count(*)::int AS count FROM ${schema}.sessions`)
    expect(rows).toEqual([{ count: 200 }])
  })

  it.each(['repeatable read', 'serializable'])(
    'under %s, which is not our choice: one new generation, one use, one ring',
    async (isolation) => {
      const options = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
      const { store } = await newStore({}, { options, max: 8 })
      await store.createSession(login('alice.1'))
      const eight = Array.from({ length: 8 })
      const rotated = await Promise.all(eight.map(async () => store.rotate(refresh('alice.1', 1))))
      expect(rotated.filter(({ outcome }) => outcome === 'rotated')).toHaveLength(1)
      expect(rotated.filter(({ outcome }) => outcome === 'replayed')).toHaveLength(7)
      const used = await Promise.all(eight.map(async () => store.useOnce('proof', 'id', Date.now() + DAY)))
      expect(used.filter(Boolean)).toHaveLength(1)
      const written = await Promise.all(eight.map(async () => store.writeKeyRing('main', 0, 'ring')))
      expect(written.filter(Boolean)).toHaveLength(1)
    },
  )

  it('under repeatable read a limit is refused, since it cannot be counted', async () => {
    const { store } = await newStore({}, { options: '-c default_transaction_isolation=repeatable\\ read' })
    await expect(store.createSession(login('alice.1', { limit: 1 }))).rejects.toThrow('"read committed"')
  })
})

describe('rows', () => {
  it('a rotation writes the row in place, where each page keeps room: no index is touched', async () => {
    const { schema, store, pool } = await newStore()
    await store.createSession(login('alice.1'))
    for (let gen = 1; gen <= 50; gen++) {
      expect((await store.rotate(refresh('alice.1', gen))).outcome).toBe('rotated')
    }
    const room = `SELECT reloptions FROM pg_class WHERE oid = '${schema}.sessions'::regclass`
    expect((await pool.query(room)).rows).toEqual([{ reloptions: ['fillfactor=70'] }])
    const counted = `SELECT n_tup_upd::int AS all, n_tup_hot_upd::int AS in_place FROM pg_stat_user_tables
      WHERE schemaname = '${schema}' AND relname = 'sessions'`
    await vi.waitFor(
      async () => expect((await pool.query(counted)).rows).toEqual([{ all: 50, in_place: 50 }]),
      15_000,
    )
  })

  it('[I-11] prune finds what is idle after many rotations, to the millisecond', async () => {
    let now = 4_102_444_800_000
    const { store } = await newStore({ now: () => now })
    const input = { idleTimeout: 10_007 }
    await store.createSession(login('alice.1', input))
    for (let gen = 1; gen <= 30; gen++) {
      now += 997
      expect((await store.rotate(refresh('alice.1', gen))).outcome).toBe('rotated')
      expect(await store.prune(10)).toBe(0)
    }
    now += 10_006
    expect(await store.prune(10)).toBe(0)
    now += 1
    expect(await store.prune(10)).toBe(1)
  })

  it('[I-12] hold hashes alone: neither the secret of a session nor an id of one-time use is in any table', async () => {
    const { schema, store, pool } = await newStore()
    const secret = randomBytes(16)
    const secretHash = createHash('sha256').update(secret).digest('base64url')
    const once = 'an id that was used'
    const { session } = login('alice.1')
    await store.createSession({ ...login('alice.1'), session: { ...session, secretHash } })
    expect((await store.rotate(refresh('alice.1', 1, { secretHash }))).outcome).toBe('rotated')
    await store.useOnce('proof', once, Date.now() + DAY)
    const tables = await pool.query(`SELECT tablename FROM pg_tables WHERE schemaname = $1`, [schema])
    expect(tables.rows).toHaveLength(8)
    const dumps = await Promise.all(
      tables.rows.map(async ({ tablename }) => pool.query(`SELECT t::text FROM ${schema}.${tablename} t`)),
    )
    const dump = JSON.stringify(dumps.map(({ rows }) => rows))
    expect(dump).toContain(secretHash)
    expect(dump).toContain(createHash('sha256').update(`5:proof${once.length}:${once}`).digest('hex'))
    for (const form of ['base64url', 'base64', 'hex'] as const)
      expect(dump).not.toContain(secret.toString(form))
    expect(dump).not.toContain(once)
  })

  it('keep texts that PostgreSQL refuses: NUL, halves of pairs, and what marks them', async () => {
    const { store } = await newStore()
    const texts = [
      'a\0b',
      '\0',
      '\uD800',
      'x\uDC00y',
      '\uFDD0',
      '\uFDD00000',
      '\uFDD0fdd0',
      'a\u0001\\u0000',
      '👩‍👩‍👧‍👦\0',
    ]
    for (const [index, text] of texts.entries()) {
      const { session } = login(`alice.${index}`)
      const given = { ...session, subject: text, tenant: text, device: text, ip: text, data: text }
      const created = await store.createSession({ ...login(session.sid), session: given })
      expect(created.session).toMatchObject(given)
      const rotated = await store.rotate(refresh(session.sid, 1))
      expect(rotated.session).toMatchObject(given)
      await store.writeKeyRing(text, 0, text)
      expect((await store.readKeyRing(text)).content).toBe(text)
    }
    const used = await Promise.all(texts.map(async (id) => store.useOnce('proof', id, Date.now() + DAY)))
    expect(used).toEqual(texts.map(() => true))
    const sessions = await listed(store, 'alice')
    expect(new Set(sessions.map(({ device }) => device))).toEqual(new Set(texts))
  })

  it('are read alike, however the application has its driver read them', async () => {
    const isText = 25
    const getTypeParser = (type: number) => (type === isText ? String : () => 'as the application likes it')
    const { store } = await newStore({}, { types: { getTypeParser } })
    expect((await store.createSession(login('alice.1'))).session).toMatchObject({ gen: 1, used: false })
  })
})
