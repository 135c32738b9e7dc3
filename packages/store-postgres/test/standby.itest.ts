// A standby refuses everything, since it may not know yet what was ended; promoted, it is a primary with a log of its own.
import { startPostgres, startStandby, type PostgresServer } from '@countersign/services'
import { StoreUnavailableError, type Store } from '@countersign/stores'
import { postgresStore } from '@countersign/store-postgres'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { DAY, logOut, login, logReader, raise, refresh, tokenRevocation } from './support/inputs.ts'

let primary: PostgresServer
let standby: PostgresServer
let pools: { readonly primary: Pool; readonly standby: Pool }
let stores: { readonly primary: Store; readonly standby: Store }
beforeAll(async () => {
  primary = await startPostgres()
  standby = await startStandby(primary)
  pools = {
    primary: new Pool({ connectionString: primary.url, max: 4 }),
    standby: new Pool({ connectionString: standby.url, max: 4 }),
  }
  stores = { primary: postgresStore(pools.primary), standby: postgresStore(pools.standby) }
}, 120_000)
afterAll(async () => {
  await Promise.all([pools.primary.end(), pools.standby.end()])
  await standby.stop()
  await primary.stop()
})

/** Until the standby has everything that the primary wrote. */
async function untilFollowed(): Promise<void> {
  const { rows } = await pools.primary.query('SELECT pg_current_wal_lsn() AS lsn')
  const isThere = 'SELECT pg_last_wal_replay_lsn() >= $1 AS done'
  await vi.waitFor(
    async () => expect((await pools.standby.query(isThere, [rows[0].lsn])).rows).toEqual([{ done: true }]),
    10_000,
  )
}

describe('a standby', { timeout: 60_000 }, () => {
  it('refuses every operation, also those that only read, as unavailable', async () => {
    await stores.primary.init()
    await stores.primary.createSession(login('alice.1'))
    await untilFollowed()
    const { standby: store } = stores
    const operations: Record<string, () => Promise<unknown>> = {
      now: async () => store.now(),
      createSession: async () => store.createSession(login('alice.2')),
      findSession: async () => store.findSession('alice.1'),
      rotate: async () => store.rotate(refresh('alice.1', 1)),
      endSession: async () => logOut(store, 'alice.1'),
      raiseEpoch: async () => raise(store, 'alice'),
      listSessions: async () => store.listSessions('alice', { limit: 1, after: undefined }),
      sessionsOf: async () => store.sessionsOf({ issuer: 'idp', sid: '1' }),
      checkSession: async () => store.checkSession('alice', 'alice.1'),
      appendRevocations: async () => store.appendRevocations([tokenRevocation('jti')]),
      readRevocations: async () => store.readRevocations(undefined, 10),
      prune: async () => store.prune(1),
      useOnce: async () => store.useOnce('proof', 'id', Date.now() + DAY),
      readKeyRing: async () => store.readKeyRing('main'),
    }
    for (const [name, operate] of Object.entries(operations)) {
      const error = await operate().catch((reason: unknown) => reason)
      expect(error, name).toBeInstanceOf(StoreUnavailableError)
      expect(error, name).toMatchObject({ cause: { code: '25006' } })
    }
  })

  it('that is promoted serves, and cursors of the lost primary are a gap, although its numbers go on', async () => {
    const { primary: before, standby: after } = stores
    await logOut(before, 'alice.1')
    await untilFollowed()
    const read = await before.readRevocations(undefined, 10)
    if (read.gap) throw new Error('a gap at the beginning')
    await primary.kill()
    await pools.standby.query('SELECT pg_promote(true, 30)')
    // transactions of the new primary get numbers that the old one gave to others
    for (let count = 0; count < 20; count++) await after.appendRevocations([tokenRevocation(`new ${count}`)])
    expect(await after.readRevocations(read.cursor, 10)).toMatchObject({ gap: true })
    const entries = await logReader(after)()
    const added = Array.from({ length: 20 }, (_, count) => `new ${count}`)
    expect(new Set(entries.map(({ key }) => key))).toEqual(new Set(['alice.1', ...added]))
    expect((await after.rotate(refresh('alice.1', 1))).outcome).toBe('revoked')
  })
})
