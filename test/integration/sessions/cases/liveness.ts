import { createIssuer } from '@countersign/issuer'
import type { RevocationQuery } from '@countersign/core'
import { createTestStore } from '@countersign/testing/stores'
import { expect } from 'vitest'
import {
  eventsDuring,
  ISSUER,
  namesOf,
  SECRET_A,
  sessionsOn,
  subject,
  tagOf,
  times,
  verdict,
  verifierOf,
  type SessionCase,
} from '../harness.ts'

const FOREIGN = 'https://idp.example.com'

const query = (rest: Partial<RevocationQuery>): RevocationQuery => ({
  issuer: ISSUER,
  subject: 'nobody',
  tokenId: undefined,
  sessionId: undefined,
  keyId: undefined,
  issuedAt: undefined,
  expiresAt: undefined,
  epoch: undefined,
  tenant: undefined,
  ...rest,
})

export const livenessCases: readonly SessionCase[] = [
  {
    name: '[V-12] an end is known here at once, and in other processes within maxAge',
    run: async (h) => {
      const here = sessionsOn(h)
      const there = sessionsOn({ ...h, store: await h.another() })
      const judgeHere = verifierOf(here, { liveness: { maxAge: 60 } })
      const judgeThere = verifierOf(there, { liveness: { maxAge: 60 } })
      for (const how of ['end', 'revoke', 'endAll', 'reuse'] as const) {
        const user = subject()
        const { accessToken, refreshToken, session } = await here.start({ subject: user })
        expect(await verdict(judgeHere(accessToken))).toBe('authenticated')
        expect(await verdict(judgeThere(accessToken))).toBe('authenticated')
        if (how === 'reuse') {
          h.clock.advance(31)
          await here.refresh(refreshToken)
          h.clock.advance(31)
          await there.start({ subject: subject() })
          await verdict(judgeHere(accessToken))
          await verdict(judgeThere(accessToken))
          await here.refresh(refreshToken)
        } else if (how === 'end') await here.end(refreshToken)
        else if (how === 'revoke') await here.revoke(session.id, { subject: user })
        else await here.endAll({ subject: user })
        expect(await verdict(judgeHere(accessToken))).toBe('token_revoked')
        expect(await verdict(judgeThere(accessToken))).toBe('authenticated')
        h.clock.advance(60)
        expect(await verdict(judgeThere(accessToken))).toBe('token_revoked')
      }
    },
  },
  {
    name: '[V-12] one question for many requests, none while an answer is fresh, and what is remembered is bounded',
    run: async (h) => {
      const counted = createTestStore({ store: h.store })
      const sessions = sessionsOn({ ...h, store: counted.store })
      const judge = verifierOf(sessions, { liveness: { maxAge: 5, maxEntries: 2 } })
      const [a, b, c] = await times(3, async () => sessions.start({ subject: subject() }))
      expect(await times(20, async () => verdict(judge(a!.accessToken)))).toEqual(
        Array.from({ length: 20 }, () => 'authenticated'),
      )
      expect(counted.calls('checkSession')).toBe(1)
      h.clock.advance(4)
      await judge(a!.accessToken)
      expect(counted.calls('checkSession')).toBe(1)
      h.clock.advance(1)
      await judge(a!.accessToken)
      expect(counted.calls('checkSession')).toBe(2)
      for (const { accessToken } of [b!, c!]) await judge(accessToken)
      expect(counted.calls('checkSession')).toBe(4)
      await judge(a!.accessToken) // was forgotten for c
      expect(counted.calls('checkSession')).toBe(5)
      // an end is not asked for again
      await sessions.end(a!.refreshToken)
      for (let i = 0; i < 3; i++) {
        h.clock.advance(20)
        expect(await verdict(judge(a!.accessToken))).toBe('token_revoked')
      }
      expect(counted.calls('checkSession')).toBe(5)
    },
  },
  {
    name: '[V-12] a store that is down: older answers serve up to maxStaleness to the millisecond, then 503 or what onStale says',
    run: async (h) => {
      const faulty = createTestStore({ store: h.store })
      const sessions = sessionsOn({ ...h, store: faulty.store })
      const liveness = { maxAge: 1, maxStaleness: 10 }
      const reject = verifierOf(sessions, { liveness })
      const accept = verifierOf(sessions, { liveness: { ...liveness, onStale: 'accept' } })
      const { accessToken, refreshToken } = await sessions.start({ subject: subject() })
      const asked = h.clock.now()
      for (const judge of [reject, accept]) expect(await verdict(judge(accessToken))).toBe('authenticated')
      const failing = async (judge: typeof reject): Promise<string> => {
        faulty.failOn('checkSession')
        return verdict(judge(accessToken))
      }
      h.clock.set(asked + 9_999)
      for (const judge of [reject, accept]) expect(await failing(judge)).toBe('authenticated')
      h.clock.set(asked + 10_000)
      const events = await eventsDuring(async () => {
        faulty.failOn('checkSession')
        const outcome = await reject(accessToken)
        expect(outcome).toMatchObject({
          type: 'refused',
          refusal: { status: 503, body: { code: 'revocation_unavailable' } },
        })
        if (outcome.type === 'refused') expect(outcome.refusal.headers['Retry-After']).toMatch(/^\d+$/)
        expect(await failing(accept)).toBe('authenticated')
      })
      expect(events.map(({ name, message }) => [name, message['answer']])).toEqual([
        ['stale', 'rejected'],
        ['stale', 'accepted'],
      ])
      // back again; and an end that is known counts although the store is down
      expect(await verdict(reject(accessToken))).toBe('authenticated')
      await sessions.end(refreshToken)
      for (const judge of [reject, accept]) expect(await failing(judge)).toBe('token_revoked')
    },
  },
  {
    name: '[V-12] an end between the store reading a session and its answer leaves no live verdict behind',
    run: async (h) => {
      for (const how of ['end', 'endAll'] as const) {
        const paused = createTestStore({ store: h.store })
        const sessions = sessionsOn({ ...h, store: paused.store })
        const judge = verifierOf(sessions, { liveness: { maxAge: 60 } })
        const user = subject()
        const { accessToken, refreshToken } = await sessions.start({ subject: user })
        const barrier = paused.barrier('checkSession', 'after')
        const asking = judge(accessToken)
        await barrier.reached
        if (how === 'end') await sessions.end(refreshToken)
        else await sessions.endAll({ subject: user })
        // one that comes now does not wait for the old answer
        expect(await verdict(judge(accessToken))).toBe('token_revoked')
        barrier.release()
        await asking
        expect(await verdict(judge(accessToken))).toBe('token_revoked')
      }
    },
  },
  {
    name: '[V-12] an answer is as old as its question, however late it comes',
    run: async (h) => {
      const paused = createTestStore({ store: h.store })
      const sessions = sessionsOn({ ...h, store: paused.store })
      const elsewhere = sessionsOn({ ...h, store: await h.another() })
      const judge = verifierOf(sessions, { liveness: { maxAge: 2 } })
      const { accessToken, refreshToken } = await sessions.start({ subject: subject() })
      const barrier = paused.barrier('checkSession', 'after')
      const asking = judge(accessToken)
      await barrier.reached
      await elsewhere.end(refreshToken)
      h.clock.advance(2)
      barrier.release()
      expect(await verdict(asking)).toBe('authenticated')
      expect(await verdict(judge(accessToken))).toBe('token_revoked')
    },
  },
  {
    name: '[V-13] the epoch: our own tokens without session, of the same millisecond, both ways',
    run: async (h) => {
      const user = subject()
      const sessions = sessionsOn(h)
      const issuer = createIssuer({
        issuer: ISSUER,
        audience: ISSUER,
        algorithm: 'HS256',
        secret: SECRET_A,
        now: h.clock.now,
        clientId: 'job',
      })
      const own = sessionsOn(h, { issuer })
      const judge = verifierOf(own, { liveness: { maxAge: 0 } })
      const tag = tagOf((await sessions.start({ subject: user })).session.id)
      const token = async (): Promise<string> => {
        const { epoch } = await h.store.checkSession(tag, undefined)
        return (await issuer.accessToken({ subject: user, epoch })).token
      }
      const before = await token()
      expect(await verdict(judge(before))).toBe('authenticated')
      await own.endAll({ subject: user })
      const between = await token()
      expect(await verdict(judge(before))).toBe('token_revoked')
      expect(await verdict(judge(between))).toBe('authenticated')
      await own.endAll({ subject: user })
      expect(await verdict(judge(between))).toBe('token_revoked')
      expect(await verdict(judge(await token()))).toBe('authenticated')
    },
  },
  {
    name: '[V-13] foreign tokens by their iat: the second of the epoch counts as before, the next as after, none as before',
    run: async (h) => {
      h.clock.set(h.clock.now() + 400)
      const sessions = sessionsOn(h)
      const user = subject()
      const revoked = sessions.liveness({ maxAge: 0, foreignIssuers: [FOREIGN] })
      const foreign = async (issuedAt: number | undefined, issuer = FOREIGN): Promise<boolean> =>
        revoked(query({ issuer, subject: user, issuedAt }))
      const second = Math.floor(h.clock.now() / 1_000) * 1_000
      expect(await foreign(second)).toBe(false)
      expect(await foreign(undefined)).toBe(true)
      await sessions.endAll({ subject: user })
      expect(await foreign(second - 1_000)).toBe(true)
      expect(await foreign(second)).toBe(true)
      expect(await foreign(second + 1_000)).toBe(false)
      expect(await foreign(undefined)).toBe(true)
      // nobody said that these are the same people
      expect(await foreign(second, 'https://other.example.com')).toBe(false)
      expect(await foreign(undefined, 'https://other.example.com')).toBe(false)
    },
  },
  {
    name: '[V-13] an endAll here is known at once for tokens without session too, also while the store is being asked',
    run: async (h) => {
      const paused = createTestStore({ store: h.store })
      const sessions = sessionsOn({ ...h, store: paused.store })
      const user = subject()
      const revoked = sessions.liveness({ maxAge: 60, foreignIssuers: [FOREIGN] })
      const ask = async (): Promise<boolean> =>
        revoked(query({ issuer: FOREIGN, subject: user, issuedAt: h.clock.now() - 5_000 }))
      expect(await ask()).toBe(false)
      h.clock.advance(60)
      const barrier = paused.barrier('checkSession', 'after')
      const asking = ask()
      await barrier.reached
      await sessions.endAll({ subject: user })
      barrier.release()
      await asking
      expect(await ask()).toBe(true)
    },
  },
  {
    name: '[V-12] a session that a store lost and has again is not forgotten for good',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const { accessToken } = await sessions.start({ subject: subject() })
      let isLost = true
      const store = {
        ...h.store,
        checkSession: async (tag: string, sid: string | undefined) => {
          const answer = await h.store.checkSession(tag, sid)
          return isLost ? { ...answer, state: 'unknown' as const } : answer
        },
      }
      const judge = verifierOf(sessionsOn({ ...h, store }), { liveness: { maxAge: 1 } })
      expect(await verdict(judge(accessToken))).toBe('token_revoked')
      isLost = false
      h.clock.advance(1)
      expect(await verdict(judge(accessToken))).toBe('authenticated')
      expect(namesOf(await eventsDuring(async () => judge(accessToken)))).toEqual([])
    },
  },
]
