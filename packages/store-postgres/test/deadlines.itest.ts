// What waited in the server beyond its deadline has no effect, whatever it waited for.
import { StoreUnavailableError, type Store } from '@countersign/stores'
import { postgresStore } from '@countersign/store-postgres'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { newSchema, testDatabase, type TestDatabase } from './support/database.ts'
import { DAY, logOut, login, logReader, raise, refresh, REVOKE_FOR } from './support/inputs.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => database.close())

const provider = { issuer: 'https://login.example.com', sid: 'a', subject: 'alice' }
const session = login('alice.new', { limit: 9 }).session
const signIn = { ...login('alice.new', { limit: 9 }), session: { ...session, provider } }
const NEVER = Number.MAX_SAFE_INTEGER

interface Late {
  readonly name: string
  /** What another transaction holds. */
  readonly held: (schema: string) => string
  readonly operate: (store: Store) => Promise<unknown>
}

const cases: readonly Late[] = [
  {
    name: 'the end of a session, for its row',
    held: (schema) => `SELECT FROM ${schema}.sessions FOR UPDATE`,
    operate: async (store) => logOut(store, 'alice.1'),
  },
  {
    name: 'a rotation, for its row',
    held: (schema) => `SELECT FROM ${schema}.sessions FOR UPDATE`,
    operate: async (store) => store.rotate(refresh('alice.1', 1)),
  },
  {
    name: 'a change of data, for its row',
    held: (schema) => `SELECT FROM ${schema}.sessions FOR UPDATE`,
    operate: async (store) =>
      store.changeSession({ sid: 'alice.1', data: 'x', expectedVersion: 1, revokeFor: REVOKE_FOR }),
  },
  {
    name: 'a raise, for another one',
    held: (schema) => `SELECT ${schema}.raise_epoch('alice', ${DAY}, '', '', 0, NULL, NULL, ${NEVER}, NULL)`,
    operate: async (store) => raise(store, 'alice'),
  },
  {
    name: 'a login, for a raise',
    held: (schema) => `SELECT ${schema}.raise_epoch('alice', ${DAY}, '', '', 0, NULL, NULL, ${NEVER}, NULL)`,
    operate: async (store) => store.createSession(signIn),
  },
  {
    name: 'a login, for the end of its session at the provider',
    held: (schema) =>
      `SELECT ${schema}.end_provider_sessions('${provider.issuer}', 'sid', 'a', 0, ${NEVER}, NULL)`,
    operate: async (store) => store.createSession(signIn),
  },
  {
    name: 'a login, for one of the same sid',
    held: (schema) =>
      `INSERT INTO ${schema}.sessions SELECT (json_populate_record(s, '{"sid":"alice.new"}')).* FROM ${schema}.sessions s`,
    operate: async (store) => store.createSession(signIn),
  },
  {
    name: 'the use of an id, for another one',
    held: (schema) => `SELECT ${schema}.use_once('proof', 'id', ${NEVER}, ${NEVER}, NULL)`,
    operate: async (store) => store.useOnce('proof', 'id', Date.now() + DAY),
  },
  {
    name: 'the first write of a ring, for another one',
    held: (schema) => `SELECT ${schema}.write_key_ring('main', 0, 'other', ${NEVER}, NULL)`,
    operate: async (store) => store.writeKeyRing('main', 0, 'ring'),
  },
]

it.each(cases)('$name', { timeout: 30_000 }, async ({ held, operate }) => {
  const schema = newSchema()
  const admin = database.pool()
  const other = postgresStore(admin, { schema })
  await other.init()
  await other.createSession(login('alice.1'))
  const stateOf = async () => [
    await other.findSession('alice.1'),
    await other.findSession('alice.new'),
    await logReader(other)(),
    await other.readKeyRing('main'),
  ]
  const before = JSON.stringify(await stateOf()).replaceAll(/"now":\d+/g, '')
  const holding = await admin.connect()
  await holding.query('BEGIN')
  await holding.query(held(schema))

  // it goes its own way to the server, and is not cancelled when its client gives up
  const pool = database.pool({ max: 1 })
  const store = postgresStore(pool, { schema, statementTimeout: 300 })
  await store.now()
  await expect(operate(store)).rejects.toBeInstanceOf(StoreUnavailableError)
  const running = `SELECT FROM pg_stat_activity
    WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%${schema}%'`
  const stillRunning = (await admin.query(running)).rows.length
  await holding.query('ROLLBACK')
  holding.release()
  await vi.waitFor(async () => expect((await admin.query(running)).rows).toHaveLength(0), 10_000)

  expect(stillRunning).toBe(1)
  expect(JSON.stringify(await stateOf()).replaceAll(/"now":\d+/g, '')).toBe(before)
  expect(await other.useOnce('proof', 'id', Date.now() + DAY)).toBe(true)
  expect(await other.writeKeyRing('main', 0, 'ring')).toBe(true)
})
