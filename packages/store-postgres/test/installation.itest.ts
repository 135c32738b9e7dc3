import { StoreUnavailableError, type Store } from '@countersign/stores'
import { postgresStore } from '@countersign/store-postgres'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { newSchema, testDatabase, type TestDatabase } from './support/database.ts'
import {
  DAY,
  listed,
  logOut,
  login,
  raise,
  refresh,
  REVOKE_FOR,
  subjectOf,
  tokenRevocation,
} from './support/inputs.ts'

let database: TestDatabase
const roles: string[] = []
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => {
  await database.pool().query(roles.map((role) => `DROP OWNED BY ${role}; DROP ROLE ${role};`).join('\n'))
  await database.close()
})

/** A role that may connect and nothing else, and a URL for it. */
async function newRole(): Promise<{ role: string; connectionString: string }> {
  const role = newSchema()
  await database.pool().query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`)
  roles.push(role)
  const url = new URL(database.url)
  url.username = role
  url.password = role
  return { role, connectionString: url.href }
}

/** Does each operation but `init` once, in an empty store, and tells what came of it. */
async function useAll(store: Store): Promise<unknown> {
  const later = Date.now() + DAY
  const created = await store.createSession(login('alice.1'))
  const evicting = await store.createSession(login('alice.2', { limit: 1, overLimit: 'evict' }))
  const rotated = await store.rotate(refresh('alice.2', 1))
  const reused = await store.rotate(refresh('alice.2', 0))
  await store.createSession(login('alice.3'))
  const ended = await logOut(store, 'alice.3')
  const kept = await store.createSession(login('alice.4'))
  const { epoch } = await raise(store, 'alice', 'alice.4')
  const live = await listed(store, 'alice')
  const checked = await store.checkSession('alice', 'alice.4')
  const changed = await store.changeSession({
    sid: 'alice.4',
    data: 'new',
    expectedVersion: 1,
    revokeFor: REVOKE_FOR,
  })
  const query = { issuer: 'https://login.example.com', subject: 'alice' }
  await store.appendRevocations([tokenRevocation('jti')])
  const read = await store.readRevocations(undefined, 100)
  return {
    created: created.session?.gen,
    evicted: evicting.evicted,
    outcomes: [rotated.outcome, reused.outcome],
    ended,
    hasRaised: epoch >= kept.now,
    listed: live.map(({ sid }) => sid),
    state: checked.state,
    changed: changed.outcome,
    found: (await store.findSession('alice.4')).session?.data,
    hasTime: (await store.now()) >= kept.now,
    log: read.gap ? [] : read.entries.map(({ key }) => key).toSorted(),
    ofProvider: (await store.sessionsOf(query)).sessions,
    endedByProvider: (await store.endProviderSessions(query, REVOKE_FOR)).ended,
    recovered: await store.recoverSessions(later, REVOKE_FOR),
    used: [await store.useOnce('proof', 'id', later), await store.useOnce('proof', 'id', later)],
    written: await store.writeKeyRing('main', 0, 'ring'),
    ring: (await store.readKeyRing('main')).content,
    erased: (await store.eraseSubject(subjectOf('alice'))).erased.length,
    pruned: await store.prune(10),
  }
}
const ALL_DONE = {
  created: 1,
  evicted: ['alice.1'],
  outcomes: ['rotated', 'reused'],
  ended: true,
  hasRaised: true,
  listed: ['alice.4'],
  state: 'live',
  changed: 'changed',
  found: 'new',
  hasTime: true,
  log: ['-!alice', 'alice.1', 'alice.2', 'alice.3', 'alice.4', 'jti'],
  ofProvider: [],
  endedByProvider: [],
  recovered: 1,
  used: [true, false],
  written: true,
  ring: 'ring',
  erased: 4,
  pruned: 0,
}

/** Everything that the catalogue knows of a schema, with the transaction that wrote it. */
async function catalogueOf(schema: string): Promise<unknown> {
  const queries = [
    `SELECT relname, xmin::text FROM pg_class WHERE relnamespace = $1::regnamespace ORDER BY relname`,
    `SELECT proname, xmin::text FROM pg_proc WHERE pronamespace = $1::regnamespace ORDER BY proname`,
    `SELECT nspname, xmin::text FROM pg_namespace WHERE oid = $1::regnamespace`,
  ]
  const pool = database.pool()
  const answers = await Promise.all(queries.map(async (text) => pool.query(text, [schema])))
  const { rows } = await pool.query(`SELECT version, xmin::text FROM ${schema}.installation`)
  return [...answers.map((answer) => answer.rows), rows]
}

describe('init', () => {
  it('changes nothing when it runs again', async () => {
    const schema = newSchema()
    const store = postgresStore(database.pool(), { schema })
    await store.init()
    const before = await catalogueOf(schema)
    await store.init()
    expect(await catalogueOf(schema)).toEqual(before)
    expect(JSON.stringify(before)).toContain('create_session')
  })

  it('brings what an older release left to this one, and keeps what is in it', async () => {
    const schema = newSchema()
    const store = postgresStore(database.pool(), { schema })
    await store.init()
    await store.createSession(login('alice.1'))
    await database.pool().query(`
      UPDATE ${schema}.installation SET version = 0;
      DROP FUNCTION ${schema}.prune;
      DROP TABLE ${schema}.used_once;`)
    await expect(store.prune(1)).rejects.toThrow('store.init()')
    await store.init()
    expect(await store.prune(1)).toBe(0)
    expect(await store.useOnce('proof', 'id', Date.now() + DAY)).toBe(true)
    expect(await listed(store, 'alice')).toHaveLength(1)
  })

  it('rejects tables older than the first release, and names the remedy', async () => {
    const schema = newSchema()
    const store = postgresStore(database.pool(), { schema })
    await store.init()
    await database.pool().query(`UPDATE ${schema}.installation SET version = 1`)
    await expect(store.init()).rejects.toThrow(`DROP SCHEMA "${schema}" CASCADE`)
  })

  it('leaves alone what a newer release installed', async () => {
    const schema = newSchema()
    const store = postgresStore(database.pool(), { schema })
    await store.init()
    await database.pool().query(`UPDATE ${schema}.installation SET version = 1000000`)
    const before = await catalogueOf(schema)
    await store.init()
    expect(await catalogueOf(schema)).toEqual(before)
  })

  it('refuses a database whose encoding cannot hold every text', async () => {
    const name = `latin_${newSchema()}`
    await database.pool().query(`CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`)
    const url = new URL(inject('postgresUrl'))
    url.pathname = `/${name}`
    const pool = database.pool({ connectionString: url.href })
    await expect(postgresStore(pool).init()).rejects.toThrow('UTF8')
    await pool.end()
    await database.pool().query(`DROP DATABASE ${name}`)
  })

  it('was not run: operations say so, by name', async () => {
    const schema = newSchema()
    const store = postgresStore(database.pool(), { schema })
    const error = await store.checkSession('alice', undefined).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(StoreUnavailableError)
    expect(error).toMatchObject({ message: expect.stringContaining('await store.init()') })
    expect(error).toMatchObject({ message: expect.stringContaining('countersign store init') })
    expect(error).toMatchObject({ message: expect.stringContaining(schema), cause: { code: '3F000' } })
  })
})

describe('schemas', () => {
  it('side by side on one pool share nothing', async () => {
    const pool = database.pool({ max: 1 })
    const schemas = [newSchema(), newSchema()]
    const stores = schemas.map((schema) => postgresStore(pool, { schema }))
    for (const store of stores) await store.init()
    for (const store of stores) expect(await useAll(store)).toEqual(ALL_DONE)
    await raise(stores[0]!, 'bob')
    expect((await stores[1]?.checkSession('bob', undefined))?.epoch).toBe(0)
  })

  it('may be named like a word of SQL', async () => {
    const store = postgresStore(database.pool(), { schema: 'select' })
    await store.init()
    expect(await useAll(store)).toEqual(ALL_DONE)
  })
})

describe('rights', () => {
  it('a role that may create schemas in the database installs it, without being a superuser', async () => {
    const { role, connectionString } = await newRole()
    const name = new URL(database.url).pathname.slice(1)
    await database.pool().query(`GRANT CREATE ON DATABASE ${name} TO ${role}`)
    const store = postgresStore(database.pool({ connectionString }), { schema: newSchema() })
    await store.init()
    expect(await useAll(store)).toEqual(ALL_DONE)
  })

  it('a role that owns the schema installs it, without a right to create others', async () => {
    const { role, connectionString } = await newRole()
    const schema = newSchema()
    await database.pool().query(`CREATE SCHEMA ${schema} AUTHORIZATION ${role}`)
    const store = postgresStore(database.pool({ connectionString }), { schema })
    await store.init()
    await store.init()
    expect(await useAll(store)).toEqual(ALL_DONE)
  })

  it('a role that may only call the functions runs every operation, and reads no table', async () => {
    const { role, connectionString } = await newRole()
    const schema = newSchema()
    await postgresStore(database.pool(), { schema }).init()
    const pool = database.pool({ connectionString })
    const store = postgresStore(pool, { schema })
    await expect(store.checkSession('alice', undefined)).rejects.toMatchObject({ code: '42501' })
    await database.pool().query(`
      GRANT USAGE ON SCHEMA ${schema} TO ${role};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${role};`)
    expect(await useAll(store)).toEqual(ALL_DONE)
    await expect(store.init()).rejects.toMatchObject({ code: '42501' })
    for (const table of [
      'sessions',
      'epochs',
      'provider_ends',
      'log',
      'log_name',
      'used_once',
      'key_rings',
    ]) {
      await expect(pool.query(`SELECT FROM ${schema}.${table}`)).rejects.toMatchObject({ code: '42501' })
      await expect(pool.query(`DELETE FROM ${schema}.${table}`)).rejects.toMatchObject({ code: '42501' })
    }
  })

  it('nobody else may call the functions, even with a right to use the schema', async () => {
    const { role, connectionString } = await newRole()
    const schema = newSchema()
    await postgresStore(database.pool(), { schema }).init()
    await database.pool().query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`)
    const store = postgresStore(database.pool({ connectionString }), { schema })
    await expect(store.checkSession('alice', undefined)).rejects.toMatchObject({ code: '42501' })
  })

  it('names of another schema on the search path do not lead the functions astray', async () => {
    const schema = newSchema()
    const trap = newSchema()
    await postgresStore(database.pool(), { schema }).init()
    await database.pool().query(`
      CREATE SCHEMA ${trap};
      CREATE FUNCTION ${trap}.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT ''epoch''::timestamptz';
      CREATE FUNCTION ${trap}.split_part(text, text, int) RETURNS text LANGUAGE sql AS 'SELECT ''trapped''';`)
    const options = `-c search_path=${trap},pg_catalog`
    const store = postgresStore(database.pool({ options }), { schema })
    expect(await useAll(store)).toEqual(ALL_DONE)
  })
})
