import assert from 'node:assert/strict'
import { PROVIDER_END_MEMORY, type ProviderSession, type Store } from '@countersign/stores'
import { type BenchCase } from '../bench.ts'
import { create, createInput, end, listed, raise, rowOf, times } from '../fixtures.ts'
import { ALICE, BOB, HOUR, IDLE, REVOKE_FOR } from '../values.ts'
import { contentOf, readLog } from '../log-reader.ts'

const IDP = 'https://login.example.com'
const provider = (sid: string | undefined, subject = 'alice@idp'): ProviderSession => ({
  issuer: IDP,
  sid,
  subject,
})
const endOf = async (store: Store, query: Parameters<Store['endProviderSessions']>[0]) =>
  new Set((await store.endProviderSessions(query, REVOKE_FOR)).ended)
const sidsOf = async (store: Store, query: Parameters<Store['sessionsOf']>[0]) =>
  new Set((await store.sessionsOf(query)).sessions.map(({ sid }) => sid))

/** Sign-ins in progress while sessions end, and sessions of an identity provider. */
export const signingInCases: readonly BenchCase[] = [
  {
    name: '[I-19] a sign-in that began before all sessions were ended creates none, and ends none',
    async run({ store, clock }) {
      const old = await create(store, { sid: `${BOB}.1`, subject: 'bob' })
      const since = await store.now()
      clock.advance(5)
      await raise(store, ALICE)
      const current = await create(store, { sid: `${ALICE}.1` })
      clock.advance(5)
      const input = createInput(
        { sid: `${ALICE}.2` },
        { since, limit: 1, overLimit: 'evict', replaces: current.sid },
      )
      const refused = { now: clock.now(), outcome: 'endedSince', session: undefined, evicted: [] }
      assert.deepEqual(await store.createSession(input), refused)
      assert.equal(await rowOf(store, `${ALICE}.2`), undefined)
      assert.deepEqual(await listed(store, ALICE), [current])
      const later = await store.createSession({ ...input, since: await store.now() })
      assert.equal(later.outcome, 'created')
      const bobs = createInput({ sid: `${BOB}.2`, subject: 'bob' }, { since })
      assert.equal((await store.createSession(bobs)).outcome, 'created')
      assert.equal((await store.checkSession(BOB, old.sid)).state, 'live')
    },
  },
  {
    name: 'a sign-in that began in the millisecond of the raise counts as later',
    async run({ store }) {
      const { epoch } = await raise(store, ALICE)
      const created = await store.createSession(createInput({ sid: `${ALICE}.1` }, { since: epoch }))
      assert.equal(created.outcome, 'created')
    },
  },
  {
    name: 'a session keeps the names that its provider uses, with or without a provider session',
    async run({ store }) {
      const tied = await create(store, { sid: `${ALICE}.1`, provider: provider('idp-1') })
      const free = await create(store, { sid: `${ALICE}.2`, provider: provider(undefined) })
      assert.deepEqual(tied.provider, provider('idp-1'))
      assert.deepEqual((await rowOf(store, free.sid))?.provider, provider(undefined))
    },
  },
  {
    name: 'sessionsOf finds the live sessions of a provider, by its session or by its subject',
    async run({ store, clock }) {
      const rows = [
        await create(store, { sid: `${ALICE}.1`, provider: provider('a') }),
        await create(store, { sid: `${BOB}.1`, subject: 'bob', provider: provider('a') }),
        await create(store, { sid: `${ALICE}.2`, provider: provider('b') }),
        await create(store, { sid: `${ALICE}.3`, provider: provider(undefined) }),
      ]
      await create(store, { sid: `${ALICE}.4`, provider: provider('c', 'carol@idp') })
      await create(store, { sid: `${ALICE}.5`, provider: { ...provider('a'), issuer: `${IDP}/other` } })
      await create(store, { sid: `${ALICE}.6` })
      const ended = await create(store, { sid: `${ALICE}.7`, provider: provider('a') })
      await end(store, ended.sid)
      const { now, sessions } = await store.sessionsOf({ issuer: IDP, sid: 'b' })
      assert.deepEqual([now, sessions], [clock.now(), [rows[2]]])
      assert.deepEqual(await sidsOf(store, { issuer: IDP, sid: 'a' }), new Set([`${ALICE}.1`, `${BOB}.1`]))
      const subject = { issuer: IDP, subject: 'alice@idp' }
      assert.deepEqual(await sidsOf(store, subject), new Set(rows.map(({ sid }) => sid)))
      for (const query of [
        { issuer: IDP, sid: 'alice@idp' },
        { issuer: IDP, subject: 'a' },
        { issuer: '', sid: 'a' },
      ]) {
        assert.deepEqual(await sidsOf(store, query), new Set(), JSON.stringify(query))
      }
      clock.advance(IDLE)
      assert.deepEqual(await sidsOf(store, subject), new Set())
    },
  },
  {
    name: 'endProviderSessions by session ends the sessions started from it, also in the log, and no other',
    async run({ store, clock }) {
      const tied = [`${ALICE}.1`, `${BOB}.1`]
      for (const sid of tied) await create(store, { sid, provider: provider('a') })
      const other = await create(store, { sid: `${ALICE}.2`, provider: provider('b') })
      clock.advance(1)
      assert.deepEqual(await endOf(store, { issuer: IDP, sid: 'a' }), new Set(tied))
      for (const sid of tied) {
        const row = await rowOf(store, sid)
        assert.deepEqual([row?.revokedAt, row?.reason], [clock.now(), 'provider'])
      }
      const keys = contentOf(await readLog(store)).map(({ key, state }) => `${state} ${key}`)
      assert.deepEqual(new Set(keys), new Set(tied.map((sid) => `denied ${sid}`)))
      assert.deepEqual(await rowOf(store, other.sid), other)
      assert.deepEqual(await endOf(store, { issuer: IDP, sid: 'a' }), new Set())
      assert.deepEqual(await endOf(store, { issuer: IDP, subject: 'alice@idp' }), new Set([other.sid]))
    },
  },
  {
    name: 'a sign-in from a session that the provider has ended is rejected for ten minutes, and ends none',
    async run({ store, clock }) {
      await store.endProviderSessions({ issuer: IDP, sid: 'a' }, REVOKE_FOR)
      const current = await create(store, { sid: `${ALICE}.0` })
      const outcome = async (name: string, from: ProviderSession | undefined) => {
        const input = createInput(
          { sid: `${ALICE}.${name}`, provider: from },
          { limit: 9, replaces: current.sid },
        )
        return (await store.createSession({ ...input, since: await store.now() })).outcome
      }
      assert.equal(await outcome('1', provider('a')), 'providerEnded')
      assert.equal(await outcome('2', provider('a', 'carol@idp')), 'providerEnded')
      assert.deepEqual(await rowOf(store, current.sid), current)
      assert.equal(await rowOf(store, `${ALICE}.1`), undefined)
      for (const [index, other] of [
        provider('b'),
        provider(undefined),
        { ...provider('a'), issuer: 'https://x' },
      ].entries()) {
        assert.equal(await outcome(`other${index}`, other), 'created')
      }
      clock.advance(PROVIDER_END_MEMORY - 1)
      assert.equal(await outcome('3', provider('a')), 'providerEnded')
      clock.advance(1)
      assert.equal(await outcome('4', provider('a')), 'created')
    },
  },
  {
    name: 'if the provider ended all sessions of a subject, only sign-ins that began before are rejected',
    async run({ store, clock }) {
      const since = await store.now()
      clock.advance(1)
      await store.endProviderSessions({ issuer: IDP, subject: 'alice@idp' }, REVOKE_FOR)
      const outcome = async (name: string, began: number, from: ProviderSession) =>
        (
          await store.createSession(
            createInput({ sid: `${ALICE}.${name}`, provider: from }, { since: began }),
          )
        ).outcome
      assert.equal(await outcome('1', since, provider('a')), 'providerEnded')
      assert.equal(await outcome('1', since, provider(undefined)), 'providerEnded')
      assert.equal(await outcome('2', since, provider('a', 'carol@idp')), 'created')
      assert.equal(await outcome('3', clock.now(), provider('a')), 'created')
    },
  },
  {
    name: 'sign-ins and the end of their session at the provider, at once: no session is left alive',
    async run({ store, handles }) {
      const stores = await handles(4)
      const query = { issuer: IDP, sid: 'a' }
      const [created, ended] = await Promise.all([
        times(20, (index) =>
          stores[index % 4]!.createSession(
            createInput({ sid: `${ALICE}.${index}`, provider: provider('a') }),
          ),
        ),
        endOf(stores[1]!, query),
      ])
      const made = created.filter(({ outcome }) => outcome === 'created')
      assert.deepEqual(await sidsOf(store, query), new Set())
      assert.deepEqual(ended, new Set(made.map(({ session }) => session?.sid)))
    },
  },
  {
    name: 'eraseSubject deletes every row and its provider names; no token is accepted afterwards',
    async run({ store, clock }) {
      const since = await store.now()
      clock.advance(1)
      const live = await create(store, { sid: `${ALICE}.1`, provider: provider('a') })
      const over = await create(store, { sid: `${ALICE}.2`, provider: provider('b') })
      await end(store, over.sid)
      const bobs = await create(store, {
        sid: `${BOB}.1`,
        subject: 'bob',
        provider: provider('a', 'bob@idp'),
      })
      const input = { subjectTag: ALICE, keepFor: HOUR, issuer: 'https://i', key: 'alice' }
      const erased = await store.eraseSubject({ ...input, revokeFor: REVOKE_FOR })
      assert.deepEqual([erased.now, erased.epoch], [clock.now(), clock.now()])
      assert.deepEqual(new Set(erased.erased), new Set([live.sid, over.sid]))
      for (const { sid } of [live, over]) {
        assert.equal(await rowOf(store, sid), undefined)
        const status = { now: clock.now(), state: 'unknown', epoch: erased.epoch, dataVersion: 0 }
        assert.deepEqual(await store.checkSession(ALICE, sid), status)
      }
      assert.deepEqual(await sidsOf(store, { issuer: IDP, sid: 'a' }), new Set([bobs.sid]))
      assert.deepEqual(await sidsOf(store, { issuer: IDP, subject: 'alice@idp' }), new Set())
      const [, entry] = contentOf(await readLog(store)).toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
      assert.deepEqual(entry, {
        kind: 'subject',
        issuer: 'https://i',
        key: 'alice',
        state: 'before',
        bound: erased.epoch,
        except: undefined,
        expiresAt: clock.now() + REVOKE_FOR,
      })
      const late = await store.createSession(createInput({ sid: `${ALICE}.3` }, { since }))
      assert.equal(late.outcome, 'endedSince')
    },
  },
]
