import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import {
  eventsDuring,
  identityOf,
  ISSUER,
  outcomeOf,
  payloadOf,
  refreshed,
  SECRET_A,
  sessionsOn,
  subject,
  type SessionCase,
} from '../harness.ts'

const base64url = (data: string | Buffer): string => Buffer.from(data).toString('base64url')

/** What the secrets alone allow: a refresh token with a good MAC. */
function sign(payload: object, secret: string | Buffer = SECRET_A): string {
  const derive = (purpose: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', `countersign ${purpose} v1`, length))
  const kid = derive('refresh key id', 6).toString('base64url')
  const header = base64url(JSON.stringify({ alg: 'HS256', typ: 'rt+jwt', kid }))
  const input = `${header}.${base64url(JSON.stringify(payload))}`
  return `${input}.${createHmac('sha256', derive('refresh', 32)).update(input).digest('base64url')}`
}

export const secrecyCases: readonly SessionCase[] = [
  {
    name: '[I-12] a dump of the store has no token and no secret in it',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const user = subject()
      const started = await sessions.start({ subject: user, device: 'Firefox', ip: '192.0.2.1' })
      h.clock.advance(60)
      const next = await refreshed(sessions, started.refreshToken)
      const helped = await sessions.impersonate({ subject: user, actor: { subject: 'support' } })
      const ended = await sessions.start({ subject: user })
      await sessions.end(ended.refreshToken)
      const dump = await h.dump()
      // it is a dump of these very sessions
      expect(dump).toContain(
        createHash('sha256')
          .update(String(payloadOf(next.refreshToken)['s']))
          .digest('base64url'),
      )
      expect(dump).toContain(started.session.id)
      const tokens = [started, next, ended].flatMap(({ accessToken, refreshToken }) => [
        accessToken,
        refreshToken,
      ])
      for (const token of [...tokens, helped.accessToken]) {
        for (const part of token.split('.').slice(1)) expect(dump).not.toContain(part)
      }
      for (const { refreshToken } of [started, next, ended]) {
        const secret = String(payloadOf(refreshToken)['s'])
        expect(secret).toMatch(/^[\w-]{22}$/)
        expect(dump).not.toContain(secret)
        expect(dump).not.toContain(Buffer.from(secret, 'base64url').toString('latin1'))
        expect(dump).not.toContain(Buffer.from(secret, 'base64url').toString('hex'))
      }
      expect(dump).not.toContain(SECRET_A)
    },
  },
  {
    name: '[I-12] with the store alone nobody makes a refresh token that is read, with the secrets alone none that is known',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const user = subject()
      const { refreshToken, session } = await sessions.start({ subject: user })
      const real = payloadOf(refreshToken)
      const hash = createHash('sha256').update(String(real['s'])).digest('base64url')
      expect(sign(real)).toBe(refreshToken)
      h.clock.advance(60)
      const forge = (s: unknown): object => ({ ...real, s })
      const events = await eventsDuring(async () => {
        // the store: everything in the row is known, the keys are not
        const row = { ...real, s: hash.slice(0, 22) }
        for (const key of [
          randomBytes(32),
          Buffer.from(hash, 'base64url'),
          Buffer.from(session.id),
          session.id,
        ]) {
          expect(await sessions.refresh(sign(row, key))).toMatchObject({
            reason: 'key_unknown',
            definitive: false,
          })
        }
        const unsigned = refreshToken.split('.').slice(0, 2)
        for (const mac of ['', hash, base64url(randomBytes(32))]) {
          expect(await outcomeOf(sessions, [...unsigned, mac].join('.'))).toBe('malformed')
        }
        // the secrets, and a session id out of an access token: the session's own secret is not known
        const guesses = [
          randomBytes(16).toString('base64url'),
          hash.slice(0, 22),
          hash.slice(21),
          'A'.repeat(22),
        ]
        for (const guess of guesses) expect(await outcomeOf(sessions, sign(forge(guess)))).toBe('mismatch')
        // the row's hash in place of what it is the hash of: not even of the right form
        for (const no of [hash, '', null, undefined, 7, [real['s']]])
          expect(await outcomeOf(sessions, sign(forge(no)))).toBe('malformed')
        // both together do not give the secret either
        expect(await outcomeOf(sessions, sign({ ...forge(hash.slice(0, 22)), gen: 2 }))).toBe('mismatch')
        // of sessions that never were
        const nobody = `${session.id.split('.')[0]}.${randomBytes(16).toString('base64url')}`
        expect(await outcomeOf(sessions, sign({ ...real, sid: nobody }))).toBe('unknown')
      })
      // none of it ended anything, or looked like theft
      expect(events.map(({ name }) => name)).toEqual(events.map(() => 'refused'))
      const next = await refreshed(sessions, refreshToken)
      expect(next.outcome).toBe('rotated')
      expect(identityOf(next.refreshToken)).toBe(`${session.id} 2`)
    },
  },
  {
    name: '[I-14] outside one answer, in the events each its reason',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const user = subject()
      const [a, b, c] = [
        await sessions.start({ subject: user }),
        await sessions.start({ subject: user }),
        await sessions.start({ subject: user }),
      ]
      const never = sign({ ...payloadOf(a.refreshToken), sid: `${'x'.repeat(22)}.${'y'.repeat(22)}` })
      h.clock.advance(60)
      await refreshed(sessions, a.refreshToken)
      await sessions.end(b.refreshToken)
      h.clock.advance(60)
      const events = await eventsDuring(async () => {
        const tokens = [a.refreshToken, b.refreshToken, never]
        for (const token of tokens) {
          const { type, ...rest } = await sessions.refresh(token)
          expect(type).toBe('refused')
          expect(rest).toMatchObject({ definitive: true })
        }
        h.clock.set(c.session.idleExpiresAt)
        expect(await sessions.refresh(c.refreshToken)).toMatchObject({ definitive: true })
      })
      const reasons = events.filter(({ name }) => name === 'refused').map(({ message }) => message['reason'])
      expect(reasons).toEqual(['reused', 'revoked', 'unknown', 'expired'])
    },
  },
  {
    name: '[I-47] every event once, each with what it is about, and in none a token or a secret',
    run: async (h) => {
      const sessions = sessionsOn(h, { maxSessions: 2 })
      const user = subject()
      const known: string[] = [SECRET_A]
      const keep = <T extends { accessToken: string; refreshToken?: string }>(tokens: T): T => {
        known.push(...tokens.accessToken.split('.').slice(1))
        if (tokens.refreshToken !== undefined) {
          known.push(...tokens.refreshToken.split('.').slice(1), String(payloadOf(tokens.refreshToken)['s']))
        }
        return tokens
      }
      const events = await eventsDuring(async () => {
        const a = keep(await sessions.start({ subject: user, ip: '192.0.2.1' }))
        h.clock.advance(60)
        keep(await refreshed(sessions, a.refreshToken))
        keep(await refreshed(sessions, a.refreshToken))
        h.clock.advance(60)
        await sessions.refresh(a.refreshToken)
        const b = keep(await sessions.start({ subject: user }))
        h.clock.advance(1)
        keep(await sessions.start({ subject: user }))
        keep(await sessions.start({ subject: user }))
        await sessions.end(b.refreshToken)
        keep(await sessions.impersonate({ subject: user, actor: { subject: 'support' } }))
        await sessions.endAll({ subject: user })
        await sessions.refresh('garbage')
      })
      expect(events.map(({ name }) => name)).toEqual([
        'created',
        'rotated',
        'replayed',
        'reused',
        'revoked',
        'refused',
        'created',
        'created',
        'revoked',
        'created',
        'impersonated',
        'all-revoked',
        'refused',
      ])
      const text = JSON.stringify(events)
      for (const secret of known) expect(text).not.toContain(secret)
      for (const { name, message } of events) {
        expect(Object.isFrozen(message)).toBe(true)
        if (!['revoked', 'refused'].includes(name)) expect(message['subject']).toBe(user)
      }
      expect(text).not.toContain(ISSUER)
    },
  },
]
