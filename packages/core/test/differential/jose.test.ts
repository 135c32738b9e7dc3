import { createAuthenticator, type Algorithm, type AuthenticatorOptions } from '@countersign/core'
import { base64url, createSigner, type Signer } from '@countersign/forge'
import { createHash } from 'node:crypto'
import { jwtVerify } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { base } from '../support/authenticate.ts'
import { optionError } from '../support/options.ts'
import { fc } from '../support/property.ts'
import { rsaJwk } from '../support/weak-rsa.ts'
import { now, NOW, pairTrusting, type Opinion, type Pair } from './oracle.ts'
import { brokenRules, rules } from './stricter.ts'
import { cook, recipes } from './tokens.ts'

// Many signatures each: seconds together on a quiet machine, and more on a busy one.
vi.setConfig({ testTimeout: 60_000 })

// PS and RS of one length share their code paths; each is here all the same, with fewer tokens where signing is slow.
const runs: Readonly<Record<Algorithm, number>> = {
  HS256: 700, HS384: 150, HS512: 150,
  ES256: 500, ES384: 60, ES512: 60,
  EdDSA: 200, Ed25519: 100,
  RS256: 200, RS384: 60, RS512: 60, PS256: 100, PS384: 60, PS512: 60,
} // prettier-ignore

const signerOf = (alg: Algorithm, kid: string | null = 'k1'): Signer => createSigner({ alg, kid, now })

const REFUSED = { refused: 'for a reason of that side' }

/** An opinion without its reason; but refusals must be for one of these reasons, where some are given. */
function simplified(opinion: Opinion, reasons: readonly string[] = []): Opinion {
  if ('claims' in opinion) return opinion
  return reasons.length === 0 || reasons.includes(opinion.refused) ? REFUSED : opinion
}

function codesOf(ids: readonly string[]): string[] {
  return rules.tokens.filter(({ id }) => ids.includes(id)).flatMap(({ codes }) => codes)
}

/** Asks both of many tokens, and holds what they say against each other and against the rules. */
async function compare(
  pair: Pair,
  signers: readonly Signer[],
  numRuns: number,
): Promise<Record<string, number>> {
  const seen = { both: 0, neither: 0, stricter: 0 }
  await fc.assert(
    fc.asyncProperty(recipes, fc.constantFrom(...signers), async (recipe, signer) => {
      const token = cook(recipe, signer)
      const [ours, joses] = [await pair.ours(token), await pair.joses(token)]
      // checked for tokens that jose read: of others nobody can say which rules they break
      const broken = 'claims' in joses ? brokenRules(token, NOW) : []
      seen['refused' in joses ? 'neither' : broken.length > 0 ? 'stricter' : 'both']++
      expect(simplified(ours, codesOf(broken))).toEqual(broken.length > 0 ? REFUSED : simplified(joses))
    }),
    { numRuns },
  )
  return seen
}

describe('against jose', () => {
  it.each(Object.entries(runs))(
    '%s: what one accepts the other accepts, but for the rules',
    async (alg, numRuns) => {
      const signer = signerOf(alg as Algorithm)
      const seen = await compare(pairTrusting(signer), [signer], numRuns)
      expect(Math.min(...Object.values(seen))).toBeGreaterThan(numRuns / 12)
    },
  )

  it('[A13] the same holds for tokens that name no key, where there are several', async () => {
    const signers = ['a', 'b', 'c'].map(() => signerOf('ES256', null)) as [Signer, Signer, Signer]
    const seen = await compare(pairTrusting(...signers), signers, 200)
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(10)
  })
})

const signer = signerOf('HS256')
const pair = pairTrusting(signer)
const header = JSON.stringify({ alg: 'HS256', kid: 'k1' })
const payload = JSON.stringify(signer.claims())
const claims = (members: Record<string, unknown>): string => signer.token(members)

/** For each rule, tokens that break it and no other, and that jose accepts. */
const witnesses: Readonly<Record<string, readonly string[]>> = {
  'canonical-base64url': [withSpareBits(signer)],
  'byte-order-mark': [signer.raw(`\uFEFF${header}`, payload), signer.raw(header, `\uFEFF${payload}`)],
  'member-twice': [
    signer.raw(header, payload.replace('{', '{"sub":"other",')),
    signer.raw(header.replace('{', String.raw`{"\u0061lg":"none",`), payload),
    signer.raw(header, payload.replace('{', '{"x":[{"a":1,"a":1}],')),
  ],
  'member-needs-escape': [String.raw`a\"b`, String.raw`a\\b`, String.raw`a\nb`, String.raw`\ud800`].map(
    (name) => signer.raw(header, payload.replace('{', `{"${name}":1,`)),
  ),
  depth: [signer.raw(header, payload.replace('{', `{"x":${'['.repeat(32)}${']'.repeat(32)},`))],
  length: [claims({ x: 'x'.repeat(12_300) })],
  'header-extensions': [
    signer.token({}, { b64: true }),
    signer.token({}, { b64: true, crit: ['b64'] }),
    signer.token({}, { zip: 'DEF' }),
    signer.token({}, { enc: 'A128GCM' }),
  ],
  'header-types': [
    signer.token({}, { kid: 7 }),
    signer.token({}, { kid: null }),
    signer.token({}, { kid: 'k'.repeat(513) }),
    signer.token({}, { typ: ['JWT'] }),
  ],
  typ: ['dpop+jwt', 'rt+jwt', 'logout+jwt', 'JWS', ''].map((typ) => signer.token({}, { typ })),
  'token-kind': [
    claims({ token_use: 'id' }),
    claims({ typ: 'Refresh' }),
    claims({ at_hash: 'x' }),
    claims({ c_hash: 'x' }),
    claims({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
  ],
  sub: [undefined, '', 7, null, ['user-1']].map((sub) => claims({ sub })),
  exp: [claims({ exp: undefined })],
  'date-range': [
    claims({ exp: 1e308 }),
    claims({ exp: 8.64e12 + 1 }),
    claims({ nbf: -1 }),
    claims({ iat: -1 }),
    claims({ iat: 1e308 }),
  ],
  'iat-future': [claims({ iat: NOW + 16 }), claims({ iat: NOW + 15.001 })],
  'aud-members': [claims({ aud: [base.audience, 7] })],
  names: [claims({ jti: 7 }), claims({ jti: null }), claims({ sid: ['s'] })],
  cnf: [claims({ cnf: { jkt: 'x' } }), claims({ cnf: null })],
}

/** A token whose payload has unused bits that are set, signed as it stands. */
function withSpareBits(by: Signer): string {
  for (let i = 0; ; i++) {
    const body = base64url(by.claims({ filler: 'x'.repeat(i) }))
    if (body.length % 4 !== 2) continue
    const input = `${base64url(header)}.${body.slice(0, -1)}${String.fromCharCode(body.codePointAt(-1) ?? body.charCodeAt(body.length - 1) + 1)}`
    return `${input}.${base64url(by.sign(input))}`
  }
}

describe('the rules in which this library is stricter', () => {
  it('are each witnessed, and no other', () => {
    expect(Object.keys(witnesses)).toEqual(rules.tokens.map(({ id }) => id))
    expect(Object.values(witnesses).filter((tokens) => tokens.length === 0)).toEqual([])
  })

  const cases = rules.tokens.flatMap((rule) =>
    (witnesses[rule.id] ?? []).map((token, i) => [rule.id, i + 1, rule, token] as const),
  )
  it.each(cases)(
    '%s, %i: jose accepts, and it is refused for this rule alone',
    async (id, _i, rule, token) => {
      expect(await pair.joses(token)).toHaveProperty('claims')
      expect(brokenRules(token, NOW)).toEqual([id])
      expect(await pair.ours(token)).toEqual({ refused: expect.toBeOneOf([...rule.codes]) as string })
    },
  )

  it('are not broken by a good token', async () => {
    const token = signer.token(
      { scope: 'a', roles: ['b'], 'https://acme.test/x': { y: [null] } },
      { typ: 'at+jwt' },
    )
    expect(brokenRules(token, NOW)).toEqual([])
    expect(await pair.ours(token)).toEqual(await pair.joses(token))
  })
})

describe('the rules for keys', () => {
  const weak: Readonly<Record<string, () => Promise<void>>> = {
    'secret-length': () => weakSecret(Buffer.from('short but varied'), /too short/),
    'secret-repeats': () => weakSecret(Buffer.from('changeme'.slice(0, 4).repeat(16)), /repeats a few bytes/),
    'secret-is-key': () => weakSecret(Buffer.from(createSigner().pem), /holds a PEM key/),
    'rsa-exponent': exponentOne,
  }

  async function weakSecret(secret: Uint8Array, message: RegExp): Promise<void> {
    const forger = createSigner({ alg: 'HS256', secret, now })
    const { payload: accepted } = await jwtVerify(forger.token(), secret, { currentDate: new Date(now()) })
    expect(accepted.sub).toBe('user-1')
    expect(optionError({ secret }).message).toMatch(message)
  }

  /** With exponent 1 a signature is the padded digest itself: no private key is needed. */
  async function exponentOne(): Promise<void> {
    const modulus = Buffer.alloc(256, 0xff)
    const jwk = { ...rsaJwk(modulus, Buffer.from([1])), alg: 'RS256' }
    const input = `${base64url({ alg: 'RS256' })}.${base64url(signer.claims())}`
    const digest = createHash('sha256').update(input).digest()
    const info = Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), digest])
    const padded = Buffer.concat([
      Buffer.from([0, 1]),
      Buffer.alloc(253 - info.length, 0xff),
      Buffer.from([0]),
      info,
    ])
    const forged = `${input}.${base64url(padded)}`
    const accepted = await jwtVerify(forged, jwk as never, { currentDate: new Date(now()) })
    expect(accepted.payload.sub).toBe('user-1')
    expect(optionError({ publicKey: jwk, algorithms: ['RS256'] }).message).toMatch(/exponent is 1 or even/)
  }

  it('are each witnessed, and no other', () => {
    expect(Object.keys(weak)).toEqual(rules.keys.map(({ id }) => id))
  })

  it.each(Object.entries(weak))(
    '[A6] %s: jose takes what this library refuses at start',
    async (_id, check) => {
      await check()
      expect.assertions(2 + 1)
    },
  )
})

describe('where this library is laxer', () => {
  it('[A13] unnamed-keys: it tries each of the keys that jose only lists', async () => {
    expect(rules.laxer.map(({ id }) => id)).toEqual(['unnamed-keys'])
    const signers = [signerOf('ES256', null), signerOf('ES256', null)] as const
    const options: AuthenticatorOptions = { ...base, now, jwks: { keys: signers.map(({ jwk }) => jwk) } }
    const authenticator = createAuthenticator(options)
    for (const one of signers)
      expect((await authenticator.authenticateToken(one.token())).type).toBe('authenticated')
  })
})
