import { createAuthenticator, maxAuthAge } from '@countersign/core'
import { SessionLimitError } from '@countersign/sessions'
import { createTestStore } from '@countersign/testing/stores'
import { expect } from 'vitest'
import {
  eventsDuring,
  namesOf,
  outcomeOf,
  payloadOf,
  refreshed,
  SECRET_A,
  SECRET_B,
  sessionsOn,
  subject,
  tagOf,
  times,
  verdict,
  verifierOf,
  type SessionCase,
} from '../harness.ts'

const MINUTE = 60_000

export const lifecycleCases: readonly SessionCase[] = [
  {
    name: '[I-18] logout while a refresh waits to be written: the refresh is refused, and nothing comes back',
    run: async (h) => {
      const paused = createTestStore({ store: h.store })
      const sessions = sessionsOn({ ...h, store: paused.store })
      const elsewhere = sessionsOn({ ...h, store: await h.another() })
      const { refreshToken, accessToken } = await sessions.start({ subject: subject() })
      h.clock.advance(60)
      const barrier = paused.barrier('rotate')
      const waiting = sessions.refresh(refreshToken)
      await barrier.reached
      expect(await elsewhere.end(refreshToken)).toBe(true)
      barrier.release()
      expect(await waiting).toEqual({ type: 'refused', reason: 'revoked', definitive: true })
      expect(await outcomeOf(elsewhere, refreshToken)).toBe('revoked')
      expect(await verdict(verifierOf(elsewhere)(accessToken))).toBe('token_revoked')
    },
  },
  {
    name: '[I-18] logout after a refresh was written and before it is answered: what it answers is dead',
    run: async (h) => {
      const paused = createTestStore({ store: h.store })
      const sessions = sessionsOn({ ...h, store: paused.store })
      const elsewhere = sessionsOn({ ...h, store: await h.another() })
      const user = subject()
      const { refreshToken } = await sessions.start({ subject: user })
      h.clock.advance(60)
      const barrier = paused.barrier('rotate', 'after')
      const waiting = refreshed(sessions, refreshToken)
      await barrier.reached
      await elsewhere.end(refreshToken)
      barrier.release()
      const late = await waiting
      expect(await outcomeOf(sessions, late.refreshToken)).toBe('revoked')
      expect(await verdict(verifierOf(sessions)(late.accessToken))).toBe('token_revoked')
      expect(await sessions.list({ subject: user })).toEqual([])
    },
  },
  {
    name: '[I-18] logout everywhere while a refresh waits: the refresh is refused',
    run: async (h) => {
      const paused = createTestStore({ store: h.store })
      const sessions = sessionsOn({ ...h, store: paused.store })
      const user = subject()
      const { refreshToken } = await sessions.start({ subject: user })
      h.clock.advance(60)
      const barrier = paused.barrier('rotate')
      const waiting = sessions.refresh(refreshToken)
      await barrier.reached
      await sessions.endAll({ subject: user })
      barrier.release()
      expect(await waiting).toMatchObject({ reason: 'revoked', definitive: true })
    },
  },
  {
    name: '[I-19] endAll ends sessions that no index finds any more',
    run: async (h) => {
      const user = subject()
      const before = sessionsOn(h)
      const started = [await before.start({ subject: user }), await before.start({ subject: user })]
      const store = await h.loseIndex(tagOf(started[0]!.session.id))
      const sessions = sessionsOn({ ...h, store })
      h.clock.advance(1)
      await sessions.endAll({ subject: user })
      const judge = verifierOf(sessions)
      for (const { refreshToken, accessToken } of started) {
        expect(await outcomeOf(sessions, refreshToken)).toBe('revoked')
        expect(await verdict(judge(accessToken))).toBe('token_revoked')
      }
      const after = await sessions.start({ subject: user })
      expect(await verdict(judge(after.accessToken))).toBe('authenticated')
    },
  },
  {
    name: '[I-19] endAll in the very millisecond of a login ends that too, and spares the next login and other users',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const user = subject()
      const other = await sessions.start({ subject: `${user}-x` })
      const tenant = await sessions.start({ subject: user, tenant: 'acme' })
      const started = await sessions.start({ subject: user })
      await sessions.endAll({ subject: user })
      const next = await sessions.start({ subject: user })
      await sessions.endAll({ subject: user })
      const last = await sessions.start({ subject: user })
      h.clock.advance(60)
      expect(await outcomeOf(sessions, started.refreshToken)).toBe('revoked')
      expect(await outcomeOf(sessions, next.refreshToken)).toBe('revoked')
      expect(await outcomeOf(sessions, last.refreshToken)).toBe('rotated')
      expect(await outcomeOf(sessions, other.refreshToken)).toBe('rotated')
      expect(await outcomeOf(sessions, tenant.refreshToken)).toBe('rotated')
    },
  },
  {
    name: '[I-19] endAll outlasts a time in which sessions were longer',
    run: async (h) => {
      const DAY = 86_400
      const generous = sessionsOn(h, { idleTimeout: 90 * DAY, absoluteTimeout: 90 * DAY })
      const user = subject()
      const { refreshToken } = await generous.start({ subject: user })
      const shorter = sessionsOn(h, { idleTimeout: DAY, absoluteTimeout: DAY })
      await shorter.endAll({ subject: user })
      h.clock.advance(2 * DAY)
      // writes and housekeeping, in which epochs are forgotten that are no longer needed
      await times(20, async () => shorter.start({ subject: subject() }))
      await h.store.prune(1_000)
      expect(await outcomeOf(generous, refreshToken)).toBe('revoked')
    },
  },
  {
    name: '[I-16] a login ends the session that the browser had, of the same user or of another one, once',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const user = subject()
      const first = await sessions.start({ subject: user })
      let second = first
      const events = await eventsDuring(async () => {
        second = await sessions.start({ subject: user, replaces: first.refreshToken })
      })
      expect(namesOf(events)).toEqual(['revoked replaced', 'created'])
      expect(second.session.id).not.toBe(first.session.id)
      expect(await outcomeOf(sessions, first.refreshToken)).toBe('revoked')
      const somebody = await sessions.start({ subject: subject(), replaces: second.refreshToken })
      expect(await outcomeOf(sessions, second.refreshToken)).toBe('revoked')
      await sessions.end(somebody.refreshToken)
      const stranger = await sessions.start({ subject: subject() })
      for (const replaces of [
        stranger.session.id,
        first.refreshToken,
        somebody.refreshToken,
        'garbage',
        '',
        `${'x'.repeat(22)}.${'y'.repeat(22)}`,
      ]) {
        const told = await eventsDuring(async () => sessions.start({ subject: user, replaces }))
        expect(namesOf(told)).toEqual(['created'])
      }
      expect(await outcomeOf(sessions, stranger.refreshToken)).toBe('cooldown')
    },
  },
  {
    name: '[I-20] a user sees the own sessions, and ends one, the others, or all',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const user = subject()
      const createdAt = h.clock.now()
      const phone = await sessions.start({ subject: user, device: 'Firefox on Android', ip: '192.0.2.1' })
      h.clock.advance(60)
      const desk = await sessions.start({ subject: user, device: 'Edge on Windows', ip: '192.0.2.2' })
      h.clock.advance(60)
      const result = await sessions.refresh(phone.refreshToken, { ip: '192.0.2.9' })
      expect(result.type).toBe('refreshed')
      const list = await sessions.list({ subject: user })
      expect(list.map(({ id }) => id)).toEqual([desk.session.id, phone.session.id])
      expect(list[1]).toMatchObject({
        createdAt,
        lastSeenAt: createdAt + 2 * MINUTE,
        device: 'Firefox on Android',
        ip: '192.0.2.9',
      })
      expect(await sessions.list({ subject: subject() })).toEqual([])
      // not somebody else's, not in another tenant, not by what is no id
      expect(await sessions.revoke(phone.session.id, { subject: subject() })).toBe(false)
      expect(await sessions.revoke(phone.session.id, { subject: user, tenant: 'acme' })).toBe(false)
      expect(await sessions.revoke(`${tagOf(phone.session.id)}.\0`, { subject: user })).toBe(false)
      expect(await sessions.revoke(phone.session.id, { subject: user })).toBe(true)
      expect(await sessions.revoke(phone.session.id, { subject: user })).toBe(false)
      const third = await sessions.start({ subject: user })
      await sessions.endAll({ subject: user, except: desk.session.id })
      expect((await sessions.list({ subject: user })).map(({ id }) => id)).toEqual([desk.session.id])
      h.clock.advance(60)
      expect(await outcomeOf(sessions, third.refreshToken)).toBe('revoked')
      const kept = await refreshed(sessions, desk.refreshToken)
      expect(await verdict(verifierOf(sessions)(kept.accessToken))).toBe('authenticated')
      await sessions.endAll({ subject: user })
      expect(await sessions.list({ subject: user })).toEqual([])
    },
  },
  {
    name: '[I-21] parallel logins never exceed the limit: deny refuses them, evict ends the oldest',
    run: async (h) => {
      const another = await h.another()
      for (const overLimit of ['deny', 'evict'] as const) {
        const all = [h.store, another].map((store) =>
          sessionsOn({ ...h, store }, { maxSessions: 3, overLimit }),
        )
        const user = subject()
        const logins = await times(12, async (i) =>
          all[i % 2]!.start({ subject: user }).then(
            ({ session }) => session.id,
            (error: unknown) => error,
          ),
        )
        const refusals = logins.filter((one) => one instanceof SessionLimitError)
        expect(refusals).toHaveLength(overLimit === 'deny' ? 9 : 0)
        expect(await all[0]!.list({ subject: user })).toHaveLength(3)
        // one that takes the place of another needs no place of its own
        const [{ id } = { id: '' }] = await all[0]!.list({ subject: user })
        await all[0]!.start({ subject: user, replaces: id })
        expect(await all[0]!.list({ subject: user })).toHaveLength(3)
      }
    },
  },
  {
    name: '[I-21] evict ends the oldest, says so, and refuses its tokens',
    run: async (h) => {
      const sessions = sessionsOn(h, { maxSessions: 2 })
      const user = subject()
      const first = await sessions.start({ subject: user })
      h.clock.advance(1)
      await sessions.start({ subject: user })
      h.clock.advance(1)
      const events = await eventsDuring(async () => sessions.start({ subject: user }))
      expect(namesOf(events)).toEqual(['revoked evicted', 'created'])
      expect(events[1]?.message['evicted']).toEqual([first.session.id])
      expect(await verdict(verifierOf(sessions)(first.accessToken))).toBe('token_revoked')
      expect(await outcomeOf(sessions, first.refreshToken)).toBe('revoked')
    },
  },
  {
    name: '[I-22] how and when a user signed in stays through every refresh, and grows too old for what asks for more',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const authTime = h.clock.now() - 5_000
      const login = { subject: subject(), authTime, acr: 'urn:mfa', amr: ['pwd', 'otp'] }
      let tokens = await sessions.start(login)
      const said = { auth_time: authTime / 1_000, acr: 'urn:mfa', amr: ['pwd', 'otp'] }
      for (let i = 0; i < 3; i++) {
        expect(payloadOf(tokens.accessToken)).toMatchObject(said)
        h.clock.advance(120)
        tokens = await refreshed(sessions, tokens.refreshToken)
      }
      const authenticator = createAuthenticator(sessions.verification())
      const outcome = await authenticator.authenticateToken(tokens.accessToken)
      const refusal = await authenticator.authorize(outcome, maxAuthAge(300))
      expect(refusal).toMatchObject({ status: 401, body: { code: 'authentication_insufficient' } })
      expect(refusal?.headers['WWW-Authenticate']).toContain('insufficient_user_authentication')
      expect(refusal?.headers['WWW-Authenticate']).toMatch(/max_age="?300/)
      expect(await authenticator.authorize(outcome, maxAuthAge(400))).toBeUndefined()
    },
  },
  {
    name: '[I-23] impersonation: marked, short, without refresh, never fresh, in the list, ended as any other, told',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const user = subject()
      let token = ''
      const events = await eventsDuring(async () => {
        const made = await sessions.impersonate({
          subject: user,
          actor: { subject: 'support-7' },
          roles: ['member'],
        })
        expect(Object.keys(made)).not.toContain('refreshToken')
        expect(made.accessTokenExpiresAt - h.clock.now()).toBeLessThanOrEqual(300_000)
        token = made.accessToken
      })
      expect(namesOf(events)).toEqual(['impersonated'])
      expect(events[0]?.message).toMatchObject({ subject: user, actor: 'support-7' })
      const payload = payloadOf(token)
      expect(payload).toMatchObject({ sub: user, act: { sub: 'support-7' }, roles: ['member'] })
      for (const claim of ['auth_time', 'acr', 'amr']) expect(payload).not.toHaveProperty(claim)
      const authenticator = createAuthenticator(sessions.verification())
      const outcome = await authenticator.authenticateToken(token)
      expect(await authenticator.authorize(outcome, maxAuthAge(900))).toMatchObject({ status: 401 })
      expect(await sessions.list({ subject: user })).toMatchObject([{ actor: 'support-7' }])
      await sessions.endAll({ subject: user })
      expect(await verdict(authenticator.authenticateToken(token))).toBe('token_revoked')
      const second = await sessions.impersonate({ subject: user, actor: { subject: 'support-7' } })
      expect(await sessions.revoke(second.session.id, { subject: user })).toBe(true)
      expect(await verdict(authenticator.authenticateToken(second.accessToken))).toBe('token_revoked')
      await expect(
        sessions.impersonate({ subject: user, actor: { subject: 's' }, expiresIn: 901 }),
      ).rejects.toThrow('expiresIn')
    },
  },
  {
    name: '[I-17] logout: refresh token, id and access token are dead at once; again does no harm',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const user = subject()
      const { refreshToken, accessToken, session } = await sessions.start({ subject: user })
      const judge = verifierOf(sessions)
      expect(await verdict(judge(accessToken))).toBe('authenticated')
      const events = await eventsDuring(async () => {
        expect(await sessions.end(refreshToken)).toBe(true)
        expect(await sessions.end(refreshToken)).toBe(false)
      })
      expect(namesOf(events)).toEqual(['revoked logout'])
      expect(await verdict(judge(accessToken))).toBe('token_revoked')
      expect(await outcomeOf(sessions, refreshToken)).toBe('revoked')
      expect(await sessions.revoke(session.id, { subject: user })).toBe(false)
      expect(await sessions.end('garbage')).toBe(false)
    },
  },
  {
    name: '[I-12] replacing a secret: sessions that began under the old one live on until it is gone',
    run: async (h) => {
      const steps = [[SECRET_A], [SECRET_A, SECRET_B], [SECRET_B, SECRET_A], [SECRET_B]].map((secrets) =>
        sessionsOn(h, { secrets, maxSessions: 3 }),
      )
      const [first, second, third, last] = steps as [
        (typeof steps)[0],
        (typeof steps)[0],
        (typeof steps)[0],
        (typeof steps)[0],
      ]
      const user = subject()
      const old = await first.start({ subject: user })
      h.clock.advance(60)
      const kept = await refreshed(second, old.refreshToken)
      h.clock.advance(60)
      const early = await eventsDuring(async () => {
        const newer = await third.start({ subject: subject() })
        // a replica that does not have the new secret yet: refused, and nothing is over
        expect(await first.refresh(newer.refreshToken)).toEqual({
          type: 'refused',
          reason: 'key_unknown',
          definitive: false,
        })
        expect(await first.end(newer.refreshToken)).toBe(false)
      })
      expect(namesOf(early)).toEqual(['created', 'refused key_unknown'])
      const moved = await refreshed(third, kept.refreshToken)
      expect(moved.session.id).toBe(old.session.id)
      // signed anew, so the session outlives its first secret
      expect(await outcomeOf(last, moved.refreshToken)).toBe('cooldown')
      expect(await verdict(verifierOf(third)(moved.accessToken))).toBe('authenticated')
      const fresh = await third.start({ subject: user })
      expect(tagOf(fresh.session.id)).not.toBe(tagOf(old.session.id))
      expect((await third.list({ subject: user })).map(({ id }) => id)).toEqual([
        fresh.session.id,
        old.session.id,
      ])
      expect(await third.revoke(old.session.id, { subject: user })).toBe(true)
      h.clock.advance(60)
      expect(await outcomeOf(third, moved.refreshToken)).toBe('revoked')
    },
  },
  {
    name: '[I-19][I-21] endAll and maxSessions reach sessions under the old and the new secret',
    run: async (h) => {
      const old = sessionsOn(h, { secrets: [SECRET_A], maxSessions: 2 })
      const both = { secrets: [SECRET_B, SECRET_A], maxSessions: 2 }
      const evicting = sessionsOn(h, both)
      const user = subject()
      const first = await old.start({ subject: user })
      h.clock.advance(1)
      const second = await old.start({ subject: user })
      h.clock.advance(1)
      const events = await eventsDuring(async () => evicting.start({ subject: user }))
      expect(namesOf(events)).toEqual(['revoked evicted', 'created'])
      expect(events[1]?.message['evicted']).toEqual([first.session.id])
      expect(await evicting.list({ subject: user })).toHaveLength(2)
      const denying = sessionsOn(h, { ...both, overLimit: 'deny' })
      await expect(denying.start({ subject: user })).rejects.toThrow(SessionLimitError)
      // one that is replaced makes room, whatever its secret
      const third = await denying.start({ subject: user, replaces: second.refreshToken })
      expect(await evicting.list({ subject: user })).toHaveLength(2)
      await times(6, async () => evicting.start({ subject: user }))
      expect((await evicting.list({ subject: user })).length).toBeLessThanOrEqual(2)
      const last = await old.start({ subject: user })
      const rest = await evicting.list({ subject: user })
      await evicting.endAll({ subject: user })
      expect(await evicting.list({ subject: user })).toEqual([])
      h.clock.advance(60)
      for (const { refreshToken } of [last, third])
        expect(await outcomeOf(evicting, refreshToken)).toBe('revoked')
      expect(rest.length).toBeGreaterThan(0)
    },
  },
  {
    name: '[I-21] the oldest of all makes room, also where newer ones are under the other secret',
    run: async (h) => {
      const old = sessionsOn(h, { secrets: [SECRET_A] })
      const sessions = sessionsOn(h, { secrets: [SECRET_B, SECRET_A], maxSessions: 3 })
      const user = subject()
      const all = []
      for (const one of [sessions, sessions, old, sessions]) {
        all.push((await one.start({ subject: user })).session.id)
        h.clock.advance(1)
      }
      const left = await sessions.list({ subject: user })
      expect(left.map(({ id }) => id)).toEqual(all.slice(1).toReversed())
    },
  },
  {
    name: 'a login whose tokens cannot be made leaves no session behind',
    run: async (h) => {
      const sessions = sessionsOn(h, {
        claims: () => {
          throw new Error('no roles today')
        },
      })
      const user = subject()
      await expect(sessions.start({ subject: user })).rejects.toThrow('no roles today')
      expect(await sessions.list({ subject: user })).toEqual([])
      const bad = { subject: user, scope: ['two words'] }
      await expect(sessionsOn(h).start(bad)).rejects.toThrow('scope')
      expect(await sessions.list({ subject: user })).toEqual([])
    },
  },
]
