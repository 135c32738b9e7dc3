import { createAuthenticator, scope } from '@countersign/core'
import { base64url, createSigner } from '@countersign/forge'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createPolicy } from '../src/policy/create-policy.ts'
import { createTokenVerifier } from '../src/token/verify-token.ts'
import { fakeKeyServer } from './support/fake-key-server.ts'
import { base, bearer, resultOf, refusalOf, request, trusting } from './support/authenticate.ts'
import { fc } from './support/property.ts'

const signer = createSigner({ alg: 'ES256', kid: 'k1' })
const authenticator = trusting(signer, {
  cookie: true,
  origin: 'https://app.test',
  dangerouslyReadQuery: 'token',
  realm: 'api',
})
/** What RFC 9110 section 5.5 lets stand in a header. */
const HEADER_VALUE = /^[\x20-\x7e]+$/

/** Claims that are read. */
const CLAIMS = 'iss sub aud exp nbf iat jti sid cnf scope roles events token_use typ'.split(' ')

describe('what a token says', () => {
  const nasty = [
    '\r\nSet-Cookie: a=b',
    '\0',
    '\u0007\u001b[31m',
    '"',
    '\\',
    '<script>',
    'é\u2028',
    '\u{1F600}',
    '\u007f',
    "'--",
  ]

  it.each(['alg', 'kid', 'typ', 'crit', 'jku'])(
    '[E1] never comes back, control bytes in %s included: 401',
    async (member) => {
      for (const text of nasty) {
        const marked = `MARK${text}MARK`
        const { status, headers, body } = await refusalOf(
          authenticator,
          bearer(signer.token({ exp: 1 }, { [member]: marked })),
        )
        expect(status).toBe(401)
        expect(JSON.stringify([headers, body])).not.toContain('MARK')
        for (const value of Object.values(headers)) expect(value).toMatch(HEADER_VALUE)
      }
      expect.assertions(nasty.length * 6)
    },
  )

  it.each([...CLAIMS, 'at_hash'])('[E1] never comes back, control bytes in %s included', async (claim) => {
    for (const text of nasty) {
      const outcome = await authenticator.authenticate(bearer(signer.token({ [claim]: `MARK${text}MARK` })))
      const refusal =
        outcome.type === 'refused' ? outcome.refusal : await authenticator.authorize(outcome, scope('admin'))
      expect(JSON.stringify(refusal)).not.toContain('MARK')
      for (const value of Object.values(refusal!.headers)) expect(value).toMatch(HEADER_VALUE)
    }
    expect.assertions(nasty.length * 4)
  })
})

describe('authenticate', () => {
  /** Whatever may stand in a header, most of it close to a token. */
  const segment = fc.oneof(
    fc.constantFrom(...signer.token().split('.')),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    fc.json().map((text) => base64url(text)),
    fc
      .dictionary(
        fc.constantFrom('alg', 'kid', 'typ', 'crit', 'iss', 'exp', 'sub', '__proto__'),
        fc.jsonValue(),
      )
      .map(base64url),
    fc.constantFrom(base64url({ alg: 'ES256', kid: 'k1' }), base64url(signer.claims())),
  )
  const token = fc.oneof(
    fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.')),
    fc.string({ unit: 'binary' }),
  )
  const header = fc.oneof(
    token.map((text) => `Bearer ${text}`),
    fc.string({ unit: 'binary' }),
  )
  const views = fc
    .record({
      authorization: fc.array(header, { maxLength: 2 }),
      cookie: fc.array(
        fc.oneof(
          token.map((text) => `__Host-access=${text}`),
          fc.string({ unit: 'binary' }),
        ),
        { maxLength: 2 },
      ),
      origin: fc.array(fc.string(), { maxLength: 2 }),
      'sec-fetch-site': fc.array(fc.string(), { maxLength: 2 }),
      'x-csrf-token': fc.array(fc.string(), { maxLength: 2 }),
    })
    .chain((headers) =>
      fc.record({
        headers: fc.constant(headers),
        method: fc.constantFrom('GET', 'POST', 'x'),
        query: fc.oneof(fc.constant(''), token),
      }),
    )

  it('[E1] never rejects and never echoes, for arbitrary headers', async () => {
    const codes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(views, async ({ headers, method, query }) => {
        const url = query === '' ? '/' : `/?token=${query}`
        const outcome = await authenticator.authenticate(request(headers, { method, url }))
        expect(['refused', 'authenticated']).toContain(outcome.type)
        if (outcome.type !== 'refused') return
        const { status, headers: answered, body } = outcome.refusal
        codes.add(body.code)
        expect([400, 401, 403]).toContain(status)
        for (const value of Object.values(answered)) expect(value).toMatch(HEADER_VALUE)
        const said = inspect(outcome, { depth: Infinity, showHidden: true })
        for (const text of [...headers.authorization, ...headers.cookie, query]) {
          const parts = text.split(/[ .=]/).filter((part) => part.length > 12)
          for (const part of parts) expect(said).not.toContain(part)
        }
      }),
      { numRuns: 1_500 },
    )
    expect([...codes].toSorted()).toEqual(
      expect.arrayContaining([
        'credential_ambiguous',
        'credential_malformed',
        'credential_missing',
        'token_malformed',
      ]),
    )
  })

  it('never rejects for an arbitrary token, signed or not', async () => {
    const payload = fc.oneof(
      fc.jsonValue(),
      fc
        .dictionary(
          fc.constantFrom(...CLAIMS),
          fc.oneof(fc.jsonValue(), fc.constantFrom('https://idp.test', 'https://api.test', 4e9, 0)),
        )
        .map((claims) => ({ ...signer.claims(), ...claims })),
    )
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(payload, async (claims) => {
        const said = await resultOf(
          authenticator,
          signer.raw('{"alg":"ES256","kid":"k1"}', JSON.stringify(claims)),
        )
        expect(said).toMatch(/^(authenticated|401 [a-z_]+)$/)
        seen.add(said)
      }),
      { numRuns: 1_500 },
    )
    expect(seen.size).toBeGreaterThan(5)
  })
})

describe('20 000 refused requests', () => {
  it('leave nothing behind that grows: the memo of headers holds verified ones only, and 256 of them', async () => {
    const sizes: number[] = []
    // the only Map that the verifier makes is its memo
    class CountingMap<K, V> extends Map<K, V> {
      override set(key: K, value: V): this {
        super.set(key, value)
        sizes.push(this.size)
        return this
      }
    }
    const hmac = createSigner({ alg: 'HS256', kid: null })
    const options = { ...base, secret: hmac.secret! }
    const { issuers, token } = createPolicy(options)
    const original = globalThis.Map
    globalThis.Map = CountingMap
    const verify = createTokenVerifier(issuers, token)
    globalThis.Map = original

    const payload = base64url(hmac.claims())
    const signature = hmac.token().split('.')[2]
    for (let i = 0; i < 20_000; i++) {
      const forged = `${base64url({ alg: 'HS256', kid: `random-${i}` })}.${payload}.${signature}`
      expect(await verify(forged)).toMatchObject({ code: 'signature_invalid' })
    }
    expect(sizes).toEqual([])
    for (let i = 0; i < 600; i++) await verify(hmac.token({}, { kid: `mine-${i}` }))
    expect(sizes).toHaveLength(600)
    expect(Math.max(...sizes)).toBe(256)
  })

  it('with random kids cause one fetch, and leave the good token as fast a way in as before', async () => {
    const server = fakeKeyServer(signer.jwk)
    const now = Date.now()
    const remote = createAuthenticator({
      ...base,
      jwksUri: 'https://idp.test/jwks',
      fetch: server.fetch,
      now: () => now,
    })
    expect(await resultOf(remote, signer.token())).toBe('authenticated')
    const [, payload, signature] = signer.token().split('.')
    const said = new Set<string>()
    for (let i = 0; i < 20_000; i++) {
      said.add(
        await resultOf(remote, `${base64url({ alg: 'ES256', kid: `random-${i}` })}.${payload}.${signature}`),
      )
    }
    expect(said).toEqual(new Set(['401 key_unknown']))
    expect(server.requests).toHaveLength(1)
    expect(await resultOf(remote, signer.token())).toBe('authenticated')
  })
})
