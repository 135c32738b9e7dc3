// Tokens of one issuer and one secret, each presented wherever another kind is expected.
import { createAuthenticator } from '@countersign/core'
import { createCsrfTokens } from '@countersign/core/toolkit'
import { createIssuer, type Issuer } from '@countersign/issuer'
import { createHmac, hkdfSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ask, createApp, ORIGIN, SECRET, type App } from '../support/routes.ts'

const hmac = (key: Uint8Array, input: string): string =>
  createHmac('sha256', key).update(input).digest('base64url')
const segment = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
const derived = (purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', SECRET, '', `countersign ${purpose} v1`, 32))

/** An issuer whose secret is the very one that the sessions have: a mistake that must not cost more than it does. */
function withIssuer(): App & { issuer: Issuer } {
  const { clock } = createApp()
  const issuer = createIssuer({
    issuer: ORIGIN,
    audience: ORIGIN,
    clientId: 'web',
    algorithm: 'HS256',
    secret: SECRET,
    now: clock.now,
  })
  const app = createApp({}, { issuer, now: clock.now, csrfTokens: true })
  return { ...app, clock, issuer }
}

async function tokensOf({ sessions, issuer }: ReturnType<typeof withIssuer>) {
  const { accessToken, refreshToken, session } = await sessions.start({ subject: 'alice' })
  const handOff = await issuer.handOffToken({ subject: 'alice', audience: ORIGIN })
  const custom = await issuer.sign(
    { client_id_of: 'web' },
    { typ: 'invoice+jwt', audience: ORIGIN, subject: 'alice' },
  )
  const csrf = await createCsrfTokens([SECRET]).create(session.id)
  const sid = session.id
  return {
    sid,
    tokens: { accessToken, refreshToken, handOff: handOff.token, custom: custom.token, csrf, sid },
  }
}

describe('[I-15] a token of one kind is none of another', () => {
  it('for who takes access tokens', async () => {
    const app = withIssuer()
    const { tokens } = await tokensOf(app)
    const authenticator = createAuthenticator({ ...app.sessions.verification(), now: app.clock.now })
    for (const [kind, token] of Object.entries(tokens)) {
      const { type } = await authenticator.authenticateToken(token)
      expect([kind, type]).toEqual([kind, kind === 'accessToken' ? 'authenticated' : 'refused'])
    }
  })

  it('for who takes hand-off tokens', async () => {
    const app = withIssuer()
    const { tokens } = await tokensOf(app)
    const options = {
      ...app.issuer.verification(),
      audience: ORIGIN,
      typ: 'hand-off+jwt',
      now: app.clock.now,
    }
    for (const [kind, token] of Object.entries(tokens)) {
      const { type } = await createAuthenticator(options).authenticateToken(token)
      expect([kind, type]).toEqual([kind, kind === 'handOff' ? 'authenticated' : 'refused'])
    }
  })

  it('for a refresh and a logout, which leave the session as it is', async () => {
    const app = withIssuer()
    const { tokens } = await tokensOf(app)
    for (const [kind, token] of Object.entries(tokens)) {
      if (kind === 'refreshToken') continue
      expect([kind, await app.sessions.refresh(token)]).toMatchObject([kind, { definitive: false }])
      expect([kind, await app.sessions.end(token)]).toEqual([kind, false])
    }
    expect(await app.sessions.list({ subject: 'alice' })).toHaveLength(1)
  })

  it('for the gate, which asks for a CSRF token of this session', async () => {
    const app = withIssuer()
    const { tokens } = await tokensOf(app)
    const other = await app.sessions.start({ subject: 'bob' })
    const foreign = await createCsrfTokens([SECRET]).create(other.session.id)
    const cookie = `__Host-access=${tokens.accessToken}; __Host-refresh=${tokens.refreshToken}`
    for (const [kind, token] of Object.entries({ ...tokens, foreign, empty: '' })) {
      const headers = { cookie, 'x-csrf-token': token }
      const { status } = await ask(app.routes, 'POST', '/logout-others', { headers })
      expect([kind, status]).toEqual([kind, kind === 'csrf' ? 204 : 403])
    }
  })
})

describe('keys that are derived from one secret', () => {
  it.each(['refresh', 'subject tag', 'csrf', 'refresh key id'])(
    'that for %s signs no access token of the own issuer, nor does the secret itself',
    async (purpose) => {
      const { sessions, clock } = createApp()
      const authenticator = createAuthenticator({ ...sessions.verification(), now: clock.now })
      const iat = Math.floor(clock.now() / 1_000)
      const claims = { iss: ORIGIN, aud: ORIGIN, sub: 'root', client_id: 'web', jti: 'x', iat, exp: iat + 60 }
      const typeOf = async (key: Uint8Array, header: object) => {
        const input = `${segment(header)}.${segment(claims)}`
        return (await authenticator.authenticateToken(`${input}.${hmac(key, input)}`)).type
      }
      const header = { alg: 'HS256', typ: 'at+jwt' }
      expect(await typeOf(derived(purpose), header)).toBe('refused')
      expect(await typeOf(Buffer.from(SECRET), header)).toBe('refused')
      expect(await typeOf(derived('access'), { ...header, alg: 'HS512' })).toBe('refused')
      expect(await typeOf(derived('access'), { ...header, typ: 'rt+jwt' })).toBe('refused')
      expect(await typeOf(derived('access'), header)).toBe('authenticated')
    },
  )

  it.each(['access', 'subject tag', 'csrf'])('that for %s signs no refresh token', async (purpose) => {
    const { sessions } = createApp()
    const { refreshToken } = await sessions.start({ subject: 'alice' })
    const input = refreshToken.slice(0, refreshToken.lastIndexOf('.'))
    for (const key of [derived(purpose), Buffer.from(SECRET)])
      expect(await sessions.refresh(`${input}.${hmac(key, input)}`)).toMatchObject({ reason: 'malformed' })
    expect(await sessions.refresh(`${input}.${hmac(derived('refresh'), input)}`)).toMatchObject({
      type: 'refreshed',
    })
  })
})
