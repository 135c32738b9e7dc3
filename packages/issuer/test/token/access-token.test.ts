import { createAuthenticator } from '@countersign/core'
import {
  createIssuer,
  type AccessTokenInput,
  type IssuerOptions,
  type SigningAlgorithm,
} from '@countersign/issuer'
import { memoryStore } from '@countersign/stores'
import { createSigner, fakeClock } from '@countersign/forge'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AUDIENCE, decode, INPUT, ISSUER, verifyWith } from '../support.ts'

const SECRET = 'Xq2vK9wZ4mB7nL1pR8tY5uH3gF6dS0aJ'
const clock = fakeClock()
const now = clock.now
const ring = (options: Partial<IssuerOptions> = {}) =>
  createIssuer({
    issuer: ISSUER,
    store: memoryStore({ now }),
    now,
    random: () => 0,
    ...options,
  } as IssuerOptions)
const ALGORITHMS: SigningAlgorithm[] = ['ES256', 'EdDSA', 'RS256', 'PS256']

/** What is wrong, by the name of the argument; and that the message says what to do. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause as Error,
  )
  expect(error?.name).toBe('TypeError')
  const parts =
    /^countersign: (?:accessToken|sign|handOffToken)\(\): "([\w.]+)" ((?:is|must|does) .{12,}[^:\s])$/
  const [, name] = parts.exec(error!.message) ?? []
  expect(name, error!.message).toBeDefined()
  return name!
}

describe('an access token', () => {
  it.each(ALGORITHMS)(
    '[I-36] [I-37] has the header and the claims of RFC 9068, signed with %s',
    async (algorithm) => {
      const issuer = ring({ algorithm })
      const { token, tokenId, expiresAt } = await issuer.accessToken(INPUT)
      const { keys } = await issuer.jwks()
      const { header, payload } = decode(token)
      expect(header).toEqual({ alg: algorithm, typ: 'at+jwt', kid: keys[0]!.kid })
      expect(payload).toEqual({
        iss: ISSUER,
        sub: 'user-1',
        aud: AUDIENCE,
        client_id: 'web',
        iat: clock.seconds(),
        exp: clock.seconds() + 600,
        jti: tokenId,
      })
      expect(tokenId).toMatch(/^[\da-f-]{36}$/)
      expect(expiresAt).toBe((clock.seconds() + 600) * 1_000)
      expect(keys).toEqual([expect.objectContaining({ alg: algorithm, use: 'sig', kid: header['kid'] })])
      expect(await verifyWith({ keys }, token, now())).toEqual(payload)
      const options = { ...issuer.verification(), audience: AUDIENCE, profile: 'rfc9068' as const, now }
      expect((await createAuthenticator(options).authenticateToken(token)).type).toBe('authenticated')
      expect((await issuer.accessToken(INPUT)).tokenId).not.toBe(tokenId)
    },
  )

  it('says all that it is told, each in its own claim', async () => {
    const { token } = await ring().accessToken({
      ...INPUT,
      audience: [AUDIENCE, 'https://other.test'],
      scope: ['orders:read', 'orders:write'],
      roles: ['staff'],
      sessionId: 's-1',
      epoch: 7,
      authTime: 1_700_000_000_999,
      acr: 'phr',
      amr: ['pwd', 'otp'],
      actor: { subject: 'support-1' },
      keyThumbprint: 'A'.repeat(43),
      expiresIn: 60,
      claims: { org: 'acme', nested: { deep: [1, null] } },
    })
    expect(decode(token).payload).toMatchObject({
      aud: [AUDIENCE, 'https://other.test'],
      scope: 'orders:read orders:write',
      roles: ['staff'],
      sid: 's-1',
      epoch: 7,
      auth_time: 1_700_000_000,
      acr: 'phr',
      amr: ['pwd', 'otp'],
      act: { sub: 'support-1' },
      cnf: { jkt: 'A'.repeat(43) },
      exp: clock.seconds() + 60,
      org: 'acme',
      nested: { deep: [1, null] },
    })
  })

  it('takes audience, client and lifetime from the issuer, where none is given', async () => {
    const issuer = ring({ audience: ['https://a.test'], clientId: 'spa', expiresIn: 120 })
    const { token } = await issuer.accessToken({ subject: 'u' })
    expect(decode(token).payload).toMatchObject({
      aud: 'https://a.test',
      client_id: 'spa',
      exp: clock.seconds() + 120,
    })
    expect(issuer).toMatchObject({ audience: ['https://a.test'], clientId: 'spa', expiresIn: 120 })
  })

  it.each([
    [undefined, undefined],
    ['', undefined],
    [[], undefined],
    ['a', 'a'],
    ['a b:c', 'a b:c'],
    [['a', 'b'], 'a b'],
  ] as const)('has the scope %j as %j', async (scope, expected) => {
    expect(decode((await ring().accessToken({ ...INPUT, scope })).token).payload['scope']).toBe(expected)
  })

  it('lives for what it was asked, less up to 5 %', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3_600 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (expiresIn, random) => {
          const issuer = createIssuer({
            issuer: ISSUER,
            algorithm: 'HS256',
            secret: SECRET,
            now,
            random: () => random,
          })
          const { token } = await issuer.accessToken({ ...INPUT, expiresIn })
          const lifetime = Number(decode(token).payload['exp']) - clock.seconds()
          expect(Number.isInteger(lifetime)).toBe(true)
          expect(lifetime).toBeLessThanOrEqual(expiresIn)
          expect(lifetime).toBeGreaterThanOrEqual(Math.max(1, expiresIn * 0.95))
          expect(lifetime).toBe(expiresIn - Math.floor(expiresIn * 0.05 * random))
        },
      ),
    )
  })

  it.each<[string, Partial<Record<keyof AccessTokenInput, unknown>>]>([
    ['subject', { subject: undefined }],
    ['subject', { subject: '' }],
    ['subject', { subject: 7 }],
    ['audience', { audience: undefined }],
    ['audience', { audience: [] }],
    ['audience', { audience: ['a', ''] }],
    ['audience', { audience: '' }],
    ['audience', { audience: { 0: 'a', length: 1 } }],
    ['clientId', { clientId: undefined }],
    ['clientId', { clientId: '' }],
    ['scope', { scope: 'a  b' }],
    ['scope', { scope: ['a b'] }],
    ['scope', { scope: 'a"b' }],
    ['scope', { scope: ['é'] }],
    ['scope', { scope: 5 }],
    ['roles', { roles: 'admin' }],
    ['roles', { roles: [''] }],
    ['expiresIn', { expiresIn: 0 }],
    ['expiresIn', { expiresIn: -1 }],
    ['expiresIn', { expiresIn: 3_601 }],
    ['expiresIn', { expiresIn: 1.5 }],
    ['expiresIn', { expiresIn: Number.NaN }],
    ['expiresIn', { expiresIn: '600' }],
    ['authTime', { authTime: Number.NaN }],
    ['acr', { acr: '' }],
    ['amr', { amr: [1] }],
    ['actor.subject', { actor: {} }],
    ['actor.sub', { actor: { subject: 'a', sub: 'b' } }],
    ['actor', { actor: 'support-7' }],
    ['sessionId', { sessionId: '' }],
    ['epoch', { epoch: '1' }],
    ['epoch', { epoch: 1.5 }],
    ['epoch', { epoch: -1 }],
    ['keyThumbprint', { keyThumbprint: 'short' }],
    ['claims', { claims: [] }],
    ['claims', { claims: null }],
    ['claims', { claims: 'x' }],
  ])('is refused for its %s: %j', async (option, change) => {
    expect(await refusal(ring().accessToken({ ...INPUT, ...change } as AccessTokenInput))).toBe(option)
  })

  it('is refused for a name that does not exist, which would be missing from the token', async () => {
    for (const name of ['scopes', 'aud', 'expiresin', 'constructor']) {
      const misspelled = { ...INPUT, [name]: 1 } as AccessTokenInput
      expect(await refusal(ring().accessToken(misspelled))).toBe(name)
    }
    expect(await refusal(ring().accessToken(undefined as never))).toBe('input')
  })
})

describe('private claims', () => {
  const RESERVED =
    `iss sub aud exp nbf iat jti client_id azp scope scp roles sid epoch cnf act may_act auth_time acr amr typ token_use
     at_hash c_hash nonce events __proto__`.split(/\s+/)

  it('never stand for a registered one, in any token, wherever it is among them', async () => {
    const issuer = ring()
    const names = fc.constantFrom(...RESERVED)
    const others = fc.dictionary(fc.stringMatching(/^x_[a-z]{1,8}$/), fc.jsonValue(), { maxKeys: 4 })
    await fc.assert(
      fc.asyncProperty(names, fc.jsonValue(), others, async (name, value, more) => {
        // as it comes from outside: JSON.parse makes even `__proto__` a member
        const members = [[name, value], ...Object.entries(more)].map(
          ([key, member]) => `${JSON.stringify(key)}:${JSON.stringify(member)}`,
        )
        const claims = JSON.parse(`{${members.join()}}`) as Record<string, never>
        expect(Object.keys(claims)).toContain(name)
        expect(await refusal(issuer.accessToken({ ...INPUT, claims }))).toBe('claims')
        expect(await refusal(issuer.sign(claims, { typ: 'x+jwt', audience: 'a' }))).toBe('claims')
        expect(await refusal(issuer.handOffToken({ subject: 'u', audience: 'a', claims }))).toBe('claims')
      }),
    )
  })

  it('stand in the token as they are, and change nothing else', async () => {
    const issuer = ring()
    const plain = decode((await issuer.accessToken(INPUT)).token).payload
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((name) => !RESERVED.includes(name)),
          fc.jsonValue(),
        ),
        async (given) => {
          const claims = JSON.parse(JSON.stringify(given)) as Record<string, never>
          const { payload } = decode((await issuer.accessToken({ ...INPUT, claims })).token)
          expect(payload).toEqual({ ...claims, ...plain, jti: payload['jti'] })
        },
      ),
      { numRuns: 60 },
    )
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('other tokens', () => {
  it('carry a type of their own, and no claim of an access token', async () => {
    const issuer = ring()
    const { token, tokenId } = await issuer.sign(
      { bid: 20 },
      { typ: 'bid+jwt', audience: AUDIENCE, subject: 'u', expiresIn: 1_200 },
    )
    expect(decode(token).header).toMatchObject({ typ: 'bid+jwt' })
    expect(decode(token).payload).toEqual({
      iss: ISSUER,
      sub: 'u',
      aud: AUDIENCE,
      bid: 20,
      iat: clock.seconds(),
      exp: clock.seconds() + 1_200,
      jti: tokenId,
    })
  })

  it('hand a user off for a minute, to one audience', async () => {
    const { token } = await ring({ maxExpiresIn: 3_600 }).handOffToken({
      subject: 'u',
      audience: 'https://b.test',
      claims: { n: 'x' },
    })
    expect(decode(token).header).toMatchObject({ typ: 'hand-off+jwt' })
    expect(decode(token).payload).toMatchObject({
      sub: 'u',
      aud: 'https://b.test',
      exp: clock.seconds() + 60,
      n: 'x',
    })
    const short = await ring({ maxExpiresIn: 30 }).handOffToken({ subject: 'u', audience: 'a' })
    expect(decode(short.token).payload).toMatchObject({ exp: clock.seconds() + 30 })
  })

  it('[I-15] are no access tokens, nor are access tokens any of them', async () => {
    const issuer = ring()
    const options = { ...issuer.verification(), audience: AUDIENCE, now }
    const access = createAuthenticator(options)
    const bids = createAuthenticator({ ...options, typ: 'bid+jwt' })
    const handOffs = createAuthenticator({ ...options, typ: 'hand-off+jwt' })
    const tokens = {
      access: (await issuer.accessToken(INPUT)).token,
      bid: (await issuer.sign({}, { typ: 'bid+jwt', audience: AUDIENCE, subject: 'u' })).token,
      handOff: (await issuer.handOffToken({ subject: 'u', audience: AUDIENCE })).token,
    }
    for (const [kind, token] of Object.entries(tokens)) {
      for (const [wanted, authenticator] of Object.entries({ access, bid: bids, handOff: handOffs })) {
        const outcome = await authenticator.authenticateToken(token)
        const code = outcome.type === 'refused' ? outcome.refusal.body.code : outcome.type
        expect(code).toBe(kind === wanted ? 'authenticated' : 'token_type_wrong')
      }
    }
  })

  it('[I-15] a refresh token that is signed with the same secret is no access token', async () => {
    const issuer = createIssuer({ issuer: ISSUER, algorithm: 'HS256', secret: SECRET, now })
    const forged = createSigner({
      alg: 'HS256',
      kid: null,
      secret: Buffer.from(SECRET),
      issuer: ISSUER,
      audience: AUDIENCE,
      now,
    })
    const authenticator = createAuthenticator({ ...issuer.verification(), audience: AUDIENCE, now })
    const typed = (typ: string) =>
      authenticator.authenticateToken(forged.token({ client_id: 'web', jti: 'x' }, { typ }))
    expect((await typed('at+jwt')).type).toBe('authenticated')
    for (const typ of ['rt+jwt', 'RT+JWT', 'application/rt+jwt', 'logout+jwt', 'dpop+jwt'])
      expect(await typed(typ)).toMatchObject({ refusal: { body: { code: 'token_type_wrong' } } })
  })

  it.each([
    undefined,
    '',
    'JWT',
    'jwt',
    'at+jwt',
    'AT+JWT',
    'application/at+jwt',
    'rt+jwt',
    'logout+jwt',
    'dpop+jwt',
    'hand-off+jwt',
    'a b',
    5,
  ])('[I-15] never carry the type %j', async (typ) => {
    expect(await refusal(ring().sign({}, { typ: typ as string, audience: 'a' }))).toBe('typ')
  })

  it('are refused for what is wrong with them', async () => {
    const issuer = ring()
    const options = { typ: 'x+jwt', audience: 'a' }
    expect(await refusal(issuer.sign({}, { ...options, audience: [] }))).toBe('audience')
    expect(await refusal(issuer.sign({}, { ...options, subject: '' }))).toBe('subject')
    expect(await refusal(issuer.sign({}, { ...options, subject: 5 as never }))).toBe('subject')
    expect(await refusal(issuer.sign({}, { ...options, expiresIn: 4_000 }))).toBe('expiresIn')
    expect(await refusal(issuer.handOffToken({ subject: '', audience: 'a' }))).toBe('subject')
    expect(await refusal(issuer.handOffToken({ subject: 'u', audience: ['a'] as never }))).toBe('audience')
    expect(await refusal(issuer.handOffToken({ subject: 'u', audience: '' }))).toBe('audience')
    expect(await refusal(issuer.sign({}, { ...options, aud: 'a' } as never))).toBe('aud')
    expect(await refusal(issuer.handOffToken({ subject: 'u', audience: 'a', expiresIn: 5 } as never))).toBe(
      'expiresIn',
    )
    expect(await refusal(issuer.sign({}, undefined as never))).toBe('options')
    expect(await refusal(issuer.handOffToken(undefined as never))).toBe('input')
  })
})

describe('an issuer with a secret', () => {
  it('[I-36] signs the same tokens, without a name of a key, and publishes none', async () => {
    const issuer = createIssuer({ issuer: ISSUER, algorithm: 'HS256', secret: SECRET, now })
    const { token } = await issuer.accessToken(INPUT)
    expect(decode(token).header).toEqual({ alg: 'HS256', typ: 'at+jwt' })
    expect(await issuer.jwks()).toEqual({ keys: [] })
    expect(await issuer.keys()).toEqual([])
    await issuer.ready()
    for (const change of [issuer.rotate(), issuer.retire('x')])
      await expect(change).rejects.toMatchObject({ name: 'OptionError', option: 'secret' })
    const options = { ...issuer.verification(), audience: AUDIENCE, profile: 'rfc9068' as const, now }
    expect((await createAuthenticator(options).authenticateToken(token)).type).toBe('authenticated')
  })

  it('verifies with the secret before, while a new one signs', async () => {
    const [before, after] = [SECRET, SECRET.split('').toReversed().join('')]
    const old = createIssuer({ issuer: ISSUER, algorithm: 'HS256', secret: before, now })
    const both = createIssuer({ issuer: ISSUER, algorithm: 'HS256', secret: [after, before], now })
    const verifies = async (verifier: typeof old, signer: typeof old) => {
      const { token } = await signer.accessToken(INPUT)
      const options = { ...verifier.verification(), audience: AUDIENCE, now }
      return (await createAuthenticator(options).authenticateToken(token)).type === 'authenticated'
    }
    expect(await verifies(both, old)).toBe(true)
    expect(await verifies(both, both)).toBe(true)
    expect(await verifies(old, both)).toBe(false)
  })
})
