import { StoreUnavailableError } from '@countersign/stores'
import { startPostgres, type PostgresServer } from '@countersign/services'
import { postgresStore } from '@countersign/store-postgres'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newSchema, testDatabase, type TestDatabase } from './support/database.ts'
import { DAY, logOut, login, raise, refresh } from './support/inputs.ts'

let server: PostgresServer
let database: TestDatabase
beforeAll(async () => {
  server = await startPostgres()
  database = await testDatabase(server.url)
}, 60_000)
afterAll(async () => {
  await database.close()
  await server.stop()
})

/** A store in whose schema one session lives. A hanging server shows after half a second. */
async function newStore(config?: Parameters<TestDatabase['pool']>[0]) {
  const schema = newSchema()
  const installer = postgresStore(database.pool(), { schema })
  await installer.init()
  await installer.createSession(login('alice.1'))
  const pool = database.pool(config)
  return { schema, pool, store: postgresStore(pool, { schema, statementTimeout: 500 }) }
}

const errorOf = async (operation: Promise<unknown>) =>
  operation.then(() => undefined).catch((error: unknown) => error)

describe('a server that is down', { timeout: 60_000 }, () => {
  it('killed and started again: unavailable in between, and the session lives on', async () => {
    const { store } = await newStore()
    expect((await store.rotate(refresh('alice.1', 1))).outcome).toBe('rotated')
    await server.kill()
    const errors = await Promise.all(
      [
        store.rotate(refresh('alice.1', 2)),
        logOut(store, 'alice.1'),
        raise(store, 'alice'),
        store.checkSession('alice', 'alice.1'),
        store.readKeyRing('main'),
        store.readRevocations(undefined, 10),
        store.useOnce('proof', 'id', Date.now() + DAY),
        store.prune(1),
        store.init(),
      ].map(errorOf),
    )
    for (const error of errors) expect(error).toBeInstanceOf(StoreUnavailableError)
    await server.restart()
    expect((await store.rotate(refresh('alice.1', 2))).session?.gen).toBe(3)
  })

  it('shut down in good order and started again: the same', async () => {
    const { store } = await newStore()
    await store.checkSession('alice', 'alice.1')
    await server.restart()
    // the first call may meet a connection that the old server closed
    await vi.waitFor(
      async () => expect((await store.checkSession('alice', 'alice.1')).state).toBe('live'),
      10_000,
    )
  })

  it('paused: nothing hangs, with connections or without, and it works again after', async () => {
    const { store, pool } = await newStore({ max: 2 })
    const fresh = postgresStore(database.pool({ max: 2 }), {
      schema: (await newStore()).schema,
      statementTimeout: 500,
    })
    await Promise.all([pool.query('SELECT 1'), pool.query('SELECT 1')])
    await server.pause()
    try {
      const errors = await Promise.all([
        ...Array.from({ length: 6 }, async () => errorOf(store.checkSession('alice', 'alice.1'))),
        errorOf(fresh.rotate(refresh('alice.1', 1))),
      ])
      for (const error of errors) expect(error).toBeInstanceOf(StoreUnavailableError)
    } finally {
      await server.resume()
    }
    await vi.waitFor(
      async () => expect((await store.checkSession('alice', 'alice.1')).state).toBe('live'),
      10_000,
    )
  })
})

describe('a connection that is lost', () => {
  it('while it is idle does not end the process, although nobody else listens', async () => {
    const { store, pool } = await newStore({ max: 1 })
    const { rows } = await pool.query('SELECT pg_backend_pid() AS pid')
    await database.pool().query('SELECT pg_terminate_backend($1)', [rows[0].pid])
    await vi.waitFor(() => expect(pool.totalCount).toBe(0), 10_000)
    expect(pool.listenerCount('error')).toBe(1)
    expect((await store.checkSession('alice', 'alice.1')).state).toBe('live')
  })

  it('is told to the application alone, where that listens', async () => {
    const pool = database.pool()
    const listener = vi.fn<(error: Error) => void>()
    pool.on('error', listener)
    const store = postgresStore(pool, { schema: newSchema() })
    expect(store.mayLoseWrites).toBe(false)
    expect(pool.listeners('error')).toEqual([listener])
  })

  it('in the middle of an operation: unavailable', async () => {
    const { schema, pool } = await newStore()
    const store = postgresStore(pool, { schema })
    const admin = database.pool()
    const other = await admin.connect()
    await other.query('BEGIN')
    await other.query(`SELECT FROM ${schema}.sessions FOR UPDATE`)
    const waiting = errorOf(store.rotate(refresh('alice.1', 1)))
    const isWaiting = `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${schema}%'`
    const pid = await vi.waitFor(async () => {
      const { rows } = await admin.query(isWaiting)
      expect(rows).toHaveLength(1)
      return rows[0].pid
    }, 10_000)
    await admin.query('SELECT pg_terminate_backend($1)', [pid])
    expect(await waiting).toMatchObject({ name: 'StoreUnavailableError', cause: { code: '57P01' } })
    await other.query('ROLLBACK')
    other.release()
    expect((await store.rotate(refresh('alice.1', 1))).outcome).toBe('rotated')
  })
})

describe('a server that does not serve us', () => {
  it('a row that another transaction holds: unavailable in time, not for ever', async () => {
    const { schema, store } = await newStore()
    const other = await database.pool().connect()
    await other.query('BEGIN')
    await other.query(`SELECT FROM ${schema}.sessions FOR UPDATE`)
    expect(await errorOf(logOut(store, 'alice.1'))).toBeInstanceOf(StoreUnavailableError)
    await other.query('ROLLBACK')
    other.release()
  })

  it('no connection is free in time: unavailable, and what was given up is not done later', async () => {
    const { store, pool } = await newStore({ max: 1 })
    const taken = await pool.connect()
    expect(await errorOf(store.rotate(refresh('alice.1', 1)))).toBeInstanceOf(StoreUnavailableError)
    taken.release()
    // the one connection serves in turn: this comes after what was given up
    const after = await store.rotate(refresh('alice.1', 1))
    expect(after).toMatchObject({ outcome: 'rotated', session: { gen: 2 } })
  })

  it.each([
    {
      what: 'read-only, as a replica after a failover',
      options: '-c default_transaction_read_only=on',
      code: '25006',
    },
    { what: 'cancelled by its own timeout', options: '-c lock_timeout=1ms', code: '55P03' },
    { what: 'cancelled by an administrator', options: '-c statement_timeout=1ms', code: '57014' },
  ])('$what: unavailable', async ({ options, code }) => {
    const { schema, store } = await newStore({ options })
    const other = await database.pool().connect()
    await other.query('BEGIN')
    await other.query(`SELECT FROM ${schema}.sessions FOR UPDATE`)
    const error = await errorOf(store.rotate(refresh('alice.1', 1)))
    expect(error).toMatchObject({ name: 'StoreUnavailableError', cause: { code } })
    await other.query('ROLLBACK')
    other.release()
  })

  it('out of connections: unavailable', async () => {
    const { schema, store, pool } = await newStore()
    const name = new URL(database.url).pathname.slice(1)
    const { role, url } = await limitedRole(schema, name)
    const first = database.pool({ connectionString: url, max: 1 })
    const taken = await first.connect()
    const second = postgresStore(database.pool({ connectionString: url, max: 1 }), { schema })
    expect(await errorOf(second.checkSession('alice', undefined))).toMatchObject({
      name: 'StoreUnavailableError',
      cause: { code: '53300' },
    })
    taken.release()
    await first.end()
    expect((await second.checkSession('alice', 'alice.1')).state).toBe('live')
    expect((await store.checkSession('alice', 'alice.1')).state).toBe('live')
    await vi.waitFor(async () => pool.query(`DROP OWNED BY ${role}`), 10_000)
  })

  it('closed by the application: unavailable', async () => {
    const { store, pool } = await newStore()
    await pool.end()
    expect(await errorOf(store.checkSession('alice', undefined))).toBeInstanceOf(StoreUnavailableError)
  })

  it('a mistake is none of this: it is passed on', async () => {
    const { store } = await newStore()
    const error = await errorOf(store.createSession(login('alice.1')))
    expect(error).not.toBeInstanceOf(StoreUnavailableError)
    expect(error).toMatchObject({ code: '23505' })
  })
})

/** A role that has one connection, and calls the functions of a schema. */
async function limitedRole(schema: string, name: string): Promise<{ role: string; url: string }> {
  const role = newSchema()
  await database.pool().query(`
    CREATE ROLE ${role} LOGIN CONNECTION LIMIT 1;
    GRANT CONNECT ON DATABASE ${name} TO ${role};
    GRANT USAGE ON SCHEMA ${schema} TO ${role};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${role};`)
  const url = new URL(database.url)
  url.username = role
  return { role, url: url.href }
}
