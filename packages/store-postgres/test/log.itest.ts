// The log over what PostgreSQL does to readers of a table: transactions that stay open, that come in disorder, that fail.
import { postgresStore } from '@countersign/store-postgres'
import type { Store } from '@countersign/stores'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSchema, testDatabase, type TestDatabase } from './support/database.ts'
import { logOut, login, logReader, REVOKE_FOR, tokenRevocation } from './support/inputs.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => database.close())

async function newStore() {
  const schema = newSchema()
  const pool = database.pool({ max: 12 })
  const store = postgresStore(pool, { schema })
  await store.init()
  return { schema, pool, store }
}

/** Appends an entry, as `append_revocations` does, in a transaction of the caller's. */
function appending(schema: string, key: string): string {
  return `SELECT ${schema}.append_revocation('token', '', '${key}', 'denied', NULL, NULL, ${Date.now() + REVOKE_FOR}, NULL)`
}

async function cursorOf(store: Store): Promise<string> {
  const read = await store.readRevocations(undefined, 1_000)
  if (read.gap) throw new Error('a gap at the beginning')
  return read.cursor
}

const keysOf = (entries: readonly { readonly key: string }[]) => entries.map(({ key }) => key)

describe('a transaction that stays open', () => {
  it('delays nothing: what others append comes at once, once; its own entry comes when it commits', async () => {
    const { schema, pool, store } = await newStore()
    const news = logReader(store)
    await news()
    const other = await pool.connect()
    await other.query('BEGIN')
    await other.query(appending(schema, 'held'))
    for (let count = 0; count < 30; count++) {
      await store.appendRevocations([tokenRevocation(`token ${count}`)])
      expect(keysOf(await news())).toEqual([`token ${count}`])
    }
    expect(await news()).toEqual([])
    await other.query('COMMIT')
    other.release()
    expect(keysOf(await news())).toEqual(['held'])
    expect(await news()).toEqual([])
  })

  it('commits between two parts of a log that is read from its beginning: nothing is missed', async () => {
    const { schema, pool, store } = await newStore()
    const other = await pool.connect()
    await other.query('BEGIN')
    await other.query(appending(schema, 'held'))
    const keys = Array.from({ length: 9 }, (_, index) => `token ${index}`)
    for (const key of keys) await store.appendRevocations([tokenRevocation(key)])
    const found: string[] = []
    let cursor: string | undefined
    for (let part = 0, complete = false; !complete; part++) {
      const read = await store.readRevocations(cursor, 2)
      if (read.gap) throw new Error('a gap')
      found.push(...keysOf(read.entries))
      if (part === 1) await other.query('COMMIT')
      ;({ cursor, complete } = read)
    }
    other.release()
    expect(found.toSorted()).toEqual(['held', ...keys])
  })
})

describe('many writers', () => {
  it(
    'eight, with transactions that wait and that fail: each entry comes once, none that failed',
    { timeout: 60_000 },
    async () => {
      const { schema, pool, store } = await newStore()
      const news = logReader(store, 50)
      const found: string[] = []
      const committed: string[] = []
      const writing = new Set(Array.from({ length: 8 }).keys())
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let count = 0; count < 40; count++) {
          const key = `${writer}-${count}`
          const client = await pool.connect()
          await client.query('BEGIN')
          await client.query(appending(schema, key))
          if (count % 3 === 0) await client.query(`SELECT pg_sleep(${(writer + 1) / 400})`)
          await client.query(count % 5 === 0 ? 'ROLLBACK' : 'COMMIT')
          client.release()
          if (count % 5 !== 0) committed.push(key)
        }
        writing.delete(writer)
      })
      while (writing.size > 0) found.push(...keysOf(await news()))
      await Promise.all(writers)
      found.push(...keysOf(await news()))
      expect(committed).toHaveLength(8 * 32)
      expect(found.toSorted()).toEqual(committed.toSorted())
    },
  )

  it('of one key at once: their versions differ', async () => {
    const { store } = await newStore()
    await Promise.all(
      Array.from({ length: 40 }, async () => store.appendRevocations([tokenRevocation('same')])),
    )
    const versions = (await logReader(store)()).map(({ version }) => version)
    expect(new Set(versions).size).toBe(40)
  })
})

describe('a cursor', () => {
  it('of another schema, or of none, is a gap', async () => {
    const [one, two] = [await newStore(), await newStore()]
    const cursor = await cursorOf(one.store)
    expect(await one.store.readRevocations(cursor, 10)).toMatchObject({ gap: false })
    const broken = [cursor.slice(1), `${cursor}0`.replace('/', ''), cursor.replaceAll('/', ':')]
    for (const each of broken) expect(await one.store.readRevocations(each, 10)).toMatchObject({ gap: true })
    expect(await two.store.readRevocations(cursor, 10)).toMatchObject({ gap: true })
  })

  it('over a dump of another server, whose transactions had higher numbers: all is read, and read once', async () => {
    const { schema, pool, store } = await newStore()
    for (let count = 0; count < 5; count++) await store.createSession(login(`alice.${count}`))
    for (let count = 0; count < 5; count++) await logOut(store, `alice.${count}`)
    const before = await cursorOf(store)
    await pool.query(`UPDATE ${schema}.log SET xid = (xid::text::bigint + 1000000000)::text::xid8`)
    await pool.query(`DELETE FROM ${schema}.log_name`)
    expect(await store.readRevocations(before, 10)).toMatchObject({ gap: true })
    const news = logReader(store, 2)
    expect(keysOf(await news()).toSorted()).toEqual([0, 1, 2, 3, 4].map((count) => `alice.${count}`))
    await store.appendRevocations([tokenRevocation('new')])
    expect(keysOf(await news())).toEqual(['new'])
  })
})
