import { createIssuer, type Issuer } from '@countersign/issuer'
import { createTestStore } from '@countersign/testing/stores'
import { expect } from 'vitest'
import {
  eventsDuring,
  identityOf,
  ISSUER,
  namesOf,
  outcomeOf,
  payloadOf,
  refreshed,
  SECRET_A,
  sessionsOn,
  subject,
  times,
  type SessionCase,
} from '../harness.ts'

const HOUR = 3_600

export const rotationCases: readonly SessionCase[] = [
  {
    name: '[I-3] 50 parallel refreshes through two handles: one new generation, all good, nobody called a thief',
    run: async (h) => {
      const all = [sessionsOn(h), sessionsOn({ ...h, store: await h.another() })]
      const { refreshToken } = await all[0]!.start({ subject: subject() })
      h.clock.advance(60)
      const identities = new Set<string>()
      const events = await eventsDuring(async () => {
        const results = await times(50, async (i) => refreshed(all[i % 2]!, refreshToken))
        for (const result of results) identities.add(identityOf(result.refreshToken))
        expect(results.filter(({ outcome }) => outcome === 'rotated')).toHaveLength(1)
      })
      expect(identities.size).toBe(1)
      expect(namesOf(events).toSorted()).toEqual([...Array.from({ length: 49 }, () => 'replayed'), 'rotated'])
    },
  },
  {
    name: '[I-4] an answer that is lost after the commit: the retry gets the same generation, letter by letter',
    run: async (h) => {
      const faulty = createTestStore({ store: h.store })
      const sessions = sessionsOn({ ...h, store: faulty.store })
      const { refreshToken } = await sessions.start({ subject: subject() })
      h.clock.advance(60)
      faulty.failOn('rotate', { side: 'after' })
      await expect(sessions.refresh(refreshToken)).rejects.toThrow('unavailable')
      h.clock.advance(29)
      const retry = await refreshed(sessions, refreshToken)
      expect(retry.outcome).toBe('replayed')
      expect(payloadOf(retry.refreshToken)['gen']).toBe(2)
      const again = await refreshed(sessionsOn({ ...h, store: await h.another() }), refreshToken)
      expect(again.refreshToken).toBe(retry.refreshToken)
      h.clock.advance(2)
      expect(await outcomeOf(sessions, retry.refreshToken)).toBe('rotated')
    },
  },
  {
    name: '[I-1][I-2] a superseded token outside the window ends its session, and only that one',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const user = subject()
      const first = await sessions.start({ subject: user })
      const other = await sessions.start({ subject: user })
      h.clock.advance(60)
      const second = await refreshed(sessions, first.refreshToken)
      h.clock.advance(60)
      const third = await refreshed(sessions, second.refreshToken)
      h.clock.advance(60)
      const events = await eventsDuring(async () => {
        expect(await sessions.refresh(first.refreshToken)).toEqual({
          type: 'refused',
          reason: 'reused',
          definitive: true,
        })
      })
      expect(namesOf(events)).toEqual(['reused', 'revoked reuse', 'refused reused'])
      expect(events[0]?.message).toMatchObject({
        sessionId: first.session.id,
        subject: user,
        class: 'ancestor',
        distance: 2,
        age: 60_000,
      })
      expect(await outcomeOf(sessions, third.refreshToken)).toBe('revoked')
      expect(await outcomeOf(sessions, second.refreshToken)).toBe('revoked')
      expect(await outcomeOf(sessions, other.refreshToken)).toBe('rotated')
      expect((await sessions.list({ subject: user })).map(({ id }) => id)).toEqual([other.session.id])
    },
  },
  {
    name: '[I-6] replays do not stretch the window: good at 29 s, theft at 31 s',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const { refreshToken } = await sessions.start({ subject: subject() })
      h.clock.advance(60)
      expect(await outcomeOf(sessions, refreshToken)).toBe('rotated')
      h.clock.advance(29)
      const events = await eventsDuring(async () => {
        expect(await outcomeOf(sessions, refreshToken)).toBe('replayed')
      })
      expect(events).toMatchObject([{ name: 'replayed', message: { generation: 2, age: 29_000 } }])
      h.clock.advance(2)
      expect(await outcomeOf(sessions, refreshToken)).toBe('reused')
    },
  },
  {
    name: '[I-7] another client or another key: refused, nothing written, and the owner goes on',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const keyThumbprint = 'k'.repeat(43)
      const { refreshToken } = await sessions.start({ subject: subject(), clientId: 'app', keyThumbprint })
      h.clock.advance(60)
      const wrong = [
        { clientId: 'app' },
        { clientId: 'web', keyThumbprint },
        { keyThumbprint },
        { clientId: 'app', keyThumbprint: 'x'.repeat(43) },
      ]
      for (const input of wrong) {
        expect(await sessions.refresh(refreshToken, input)).toEqual({
          type: 'refused',
          reason: 'mismatch',
          definitive: false,
        })
      }
      const result = await sessions.refresh(refreshToken, { clientId: 'app', keyThumbprint })
      expect(result).toMatchObject({ outcome: 'rotated', tokens: { session: { clientId: 'app' } } })
      if (result.type !== 'refreshed') throw new Error('refused')
      expect(payloadOf(result.tokens.accessToken)).toMatchObject({
        client_id: 'app',
        cnf: { jkt: keyThumbprint },
      })
      expect(payloadOf(result.tokens.refreshToken)['gen']).toBe(2)
    },
  },
  {
    name: '[I-8] within the cooldown the current token is given again, with a new access token',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const started = await sessions.start({ subject: subject() })
      h.clock.advance(29)
      const early = await refreshed(sessions, started.refreshToken)
      expect(early.outcome).toBe('cooldown')
      expect(early.refreshToken).toBe(started.refreshToken)
      expect(early.tokenId).not.toBe(started.tokenId)
      h.clock.advance(1)
      expect(await outcomeOf(sessions, started.refreshToken)).toBe('rotated')
    },
  },
  {
    name: '[I-10] the absolute end stands from the first token on: no token of either kind goes past it',
    run: async (h) => {
      const sessions = sessionsOn(h, { idleTimeout: HOUR, absoluteTimeout: 2 * HOUR })
      let tokens = await sessions.start({ subject: subject() })
      const cap = tokens.session.absoluteExpiresAt
      expect(cap).toBe(h.clock.now() + 2 * HOUR * 1_000)
      for (let age = 0; age < 2 * HOUR - 700; age += 700) {
        h.clock.advance(700)
        tokens = await refreshed(sessions, tokens.refreshToken)
        expect(Number(payloadOf(tokens.refreshToken)['exp']) * 1_000).toBe(cap)
        expect(tokens.session.absoluteExpiresAt).toBe(cap)
        expect(tokens.session.idleExpiresAt).toBeLessThanOrEqual(cap)
        expect(Number(payloadOf(tokens.accessToken)['exp']) * 1_000).toBeLessThanOrEqual(cap)
      }
      h.clock.set(cap - 1)
      const last = await refreshed(sessions, tokens.refreshToken)
      expect(last.accessTokenExpiresAt - h.clock.now()).toBeLessThanOrEqual(1_000)
      h.clock.set(cap)
      const events = await eventsDuring(async () => {
        expect(await sessions.refresh(last.refreshToken)).toMatchObject({ definitive: true })
      })
      expect(namesOf(events).at(-1)).toMatch(/^refused (expired|unknown)$/)
    },
  },
  {
    name: '[I-11] a session that nobody refreshes is over, and no access token outlives it',
    run: async (h) => {
      const sessions = sessionsOn(h, { idleTimeout: 120 })
      const started = await sessions.start({ subject: subject() })
      expect(started.accessTokenExpiresAt).toBeLessThanOrEqual(started.session.idleExpiresAt)
      h.clock.advance(119)
      const next = await refreshed(sessions, started.refreshToken)
      expect(next.accessTokenExpiresAt).toBeLessThanOrEqual(next.session.idleExpiresAt)
      h.clock.advance(120)
      const events = await eventsDuring(async () => {
        // also the parent, long past its window: expiry is never theft
        expect(await outcomeOf(sessions, started.refreshToken)).toBe('expired')
        expect(await outcomeOf(sessions, next.refreshToken)).toBe('expired')
      })
      expect(namesOf(events)).toEqual(['expired', 'refused expired', 'expired', 'refused expired'])
    },
  },
  {
    name: '[I-13] whatever the application says at a refresh, scope never grows; roles may go',
    run: async (h) => {
      let says: { scope?: string[]; roles?: string[] } = {}
      const sessions = sessionsOn(h, { claims: () => says })
      const login = { subject: subject(), scope: ['read', 'write'], roles: ['admin'] }
      const { refreshToken, accessToken } = await sessions.start(login)
      expect(payloadOf(accessToken)).toMatchObject({ scope: 'read write', roles: ['admin'] })
      says = { scope: ['write', 'delete', 'root'], roles: [] }
      const fewer = await refreshed(sessions, refreshToken)
      expect(payloadOf(fewer.accessToken)).toMatchObject({ scope: 'write', roles: [] })
      says = { scope: ['delete'] }
      const none = await refreshed(sessions, refreshToken)
      expect(payloadOf(none.accessToken)).not.toHaveProperty('scope')
      says = {}
      // what was left out for a while comes back, and no more
      expect(payloadOf((await refreshed(sessions, refreshToken)).accessToken)['scope']).toBe('read write')
    },
  },
  {
    name: '[I-1] untilUsed: the parent is good after an hour of sleep, until its successor was seen; then it is theft',
    run: async (h) => {
      const sessions = sessionsOn(h, { mode: 'untilUsed' })
      const { refreshToken } = await sessions.start({ subject: subject() })
      h.clock.advance(60)
      expect(await outcomeOf(sessions, refreshToken)).toBe('rotated')
      h.clock.advance(HOUR)
      const late = await refreshed(sessions, refreshToken)
      expect(late.outcome).toBe('replayed')
      expect(await outcomeOf(sessions, late.refreshToken)).toBe('rotated')
      h.clock.advance(HOUR)
      expect(await outcomeOf(sessions, refreshToken)).toBe('reused')
    },
  },
  {
    name: '[I-1] strict: every token once. The price: two tabs at the same time end the session',
    run: async (h) => {
      const sessions = sessionsOn(h, { mode: 'strict' })
      const { refreshToken } = await sessions.start({ subject: subject() })
      const next = await refreshed(sessions, refreshToken)
      expect(next.outcome).toBe('rotated')
      const outcomes = await times(2, async () => outcomeOf(sessions, next.refreshToken))
      expect(outcomes.toSorted()).toEqual(['reused', 'rotated'])
    },
  },
  {
    name: 'a function of the application that fails for an hour: nothing moves on, so nobody is taken for a thief',
    run: async (h) => {
      let isDown = false
      const claims = () => {
        if (isDown) throw new Error('the database of roles is down')
        return {}
      }
      const sessions = sessionsOn(h, { claims })
      const { refreshToken } = await sessions.start({ subject: subject() })
      isDown = true
      const events = await eventsDuring(async () => {
        for (let minute = 0; minute < 60; minute++) {
          h.clock.advance(60)
          await expect(sessions.refresh(refreshToken)).rejects.toThrow('roles is down')
        }
      })
      expect(events).toEqual([])
      isDown = false
      const next = await refreshed(sessions, refreshToken)
      expect(next.outcome).toBe('rotated')
      expect(payloadOf(next.refreshToken)['gen']).toBe(2)
    },
  },
  {
    name: 'keys that cannot be had: after the first, refreshes that cannot be answered move nothing on',
    run: async (h) => {
      const issuer = createIssuer({
        issuer: ISSUER,
        audience: ISSUER,
        algorithm: 'HS256',
        secret: SECRET_A,
        now: h.clock.now,
      })
      let isDown = false
      const failing: Issuer = {
        ...issuer,
        accessToken: async (input) => {
          if (isDown) throw new Error('the key service is down')
          return issuer.accessToken(input)
        },
      }
      const sessions = sessionsOn(h, { issuer: failing })
      const [first, second] = [
        await sessions.start({ subject: subject() }),
        await sessions.start({ subject: subject() }),
      ]
      isDown = true
      h.clock.advance(60)
      await expect(sessions.refresh(first.refreshToken)).rejects.toThrow('key service')
      await expect(sessions.refresh(second.refreshToken)).rejects.toThrow('key service')
      h.clock.advance(20)
      isDown = false
      expect(await outcomeOf(sessions, first.refreshToken)).toBe('replayed')
      h.clock.advance(HOUR)
      expect(await outcomeOf(sessions, second.refreshToken)).toBe('rotated')
    },
  },
]
