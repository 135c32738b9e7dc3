import { createAuthenticator, type AuthenticatorOptions } from '@countersign/core'
import { createSigner, fakeClock, splitToken } from '@countersign/forge'
import * as nodeCrypto from 'node:crypto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { acceptTwice, base, resultOf, principalFor, trusting } from '../support/authenticate.ts'

// What the engine does is what it asks of node:crypto, or of WebCrypto.
vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof nodeCrypto>()
  return {
    ...original,
    verify: vi.fn<typeof original.verify>(original.verify),
    createHmac: vi.fn<typeof original.createHmac>(original.createHmac),
  }
})

const subtle = vi.spyOn(crypto.subtle, 'verify')

/** How often the engine, whichever it is, verified a signature since the tokens of a test were made. */
function work(): number {
  const { verify, createHmac } = vi.mocked(nodeCrypto)
  return [verify, createHmac, subtle].reduce((sum, { mock }) => sum + mock.calls.length, 0)
}

/** Tokens are signed with node:crypto too: they must be made before anything is counted. */
function startCounting(): void {
  vi.mocked(nodeCrypto.verify).mockClear()
  vi.mocked(nodeCrypto.createHmac).mockClear()
  subtle.mockClear()
}

beforeEach(startCounting)

const es256 = createSigner({ alg: 'ES256' })
const hs256 = createSigner({ alg: 'HS256' })
const sharing = (options: Partial<AuthenticatorOptions> = {}) =>
  createAuthenticator({ ...base, secret: hs256.secret!, ...options })

describe('a token that was accepted twice', () => {
  it('is not verified again: ES256', async () => {
    const authenticator = trusting(es256)
    const token = es256.token()
    for (let i = 0; i < 20; i++) expect(await resultOf(authenticator, token)).toBe('authenticated')
    expect(work()).toBe(2)
  })

  it('is not verified again: HS256', async () => {
    const authenticator = sharing()
    const token = hs256.token()
    startCounting()
    for (let i = 0; i < 20; i++) expect(await resultOf(authenticator, token)).toBe('authenticated')
    expect(work()).toBe(2)
  })

  it('is not verified again where it came by another way than a request', async () => {
    const authenticator = trusting(es256)
    const token = es256.token()
    for (let i = 0; i < 2; i++) {
      expect(await resultOf(authenticator, token)).toBe('authenticated')
      expect((await authenticator.authenticateToken(token)).type).toBe('authenticated')
    }
    expect(work()).toBe(2)
  })

  it('is verified each time with tokenCacheSize 0', async () => {
    const authenticator = trusting(es256, { tokenCacheSize: 0 })
    const token = es256.token()
    for (let i = 0; i < 5; i++) expect(await resultOf(authenticator, token)).toBe('authenticated')
    expect(work()).toBe(5)
  })

  it('gives the same principal again, frozen', async () => {
    const authenticator = trusting(es256)
    const token = es256.token()
    const first = await principalFor(authenticator, token)
    const second = await principalFor(authenticator, token)
    expect(second).toEqual(first)
    for (let i = 0; i < 2; i++) expect(await principalFor(authenticator, token)).toBe(second)
    expect(Object.isFrozen(second)).toBe(true)
  })

  it('is found whatever other string holds its text', async () => {
    const authenticator = trusting(es256)
    const token = es256.token()
    await acceptTwice(authenticator, token)
    expect(await resultOf(authenticator, Buffer.from(token).toString('latin1'))).toBe('authenticated')
    expect(await resultOf(authenticator, token.split('').join(''))).toBe('authenticated')
    expect(work()).toBe(2)
  })
})

describe('a remembered token whose key was replaced by an equal one', () => {
  it('is verified once more, and remembered at once, however long ago it was new', async () => {
    const clock = fakeClock()
    const signer = createSigner({ alg: 'ES256', now: clock.now })
    const key = () => ({ key: signer.pem, maxAge: 60 })
    const authenticator = createAuthenticator({ ...base, key, now: clock.now, tokenCacheSize: 2 })
    const token = signer.token()
    await acceptTwice(authenticator, token)
    for (let i = 0; i < 4; i++)
      expect(await resultOf(authenticator, signer.token({ jti: `${i}` }))).toBe('authenticated')
    clock.advance(60)
    startCounting()
    for (let i = 0; i < 3; i++) expect(await resultOf(authenticator, token)).toBe('authenticated')
    expect(work()).toBe(1)
  })
})

describe('only tokens that were accepted are remembered', () => {
  it('[B4] one with a bad signature is verified, and refused, each time', async () => {
    const authenticator = trusting(es256)
    const { header, payload } = splitToken(es256.token())
    const { signature } = splitToken(es256.token({ sub: 'other' }))
    for (let i = 0; i < 5; i++) {
      expect(await resultOf(authenticator, `${header}.${payload}.${signature}`)).toBe('401 signature_invalid')
    }
    expect(work()).toBe(5)
  })

  it.each([
    ['expired', { exp: 1 }, '401 token_expired'],
    ['for others', { aud: 'https://other.test' }, '401 claim_mismatch'],
    ['of another kind', { at_hash: 'x' }, '401 token_type_wrong'],
  ])('one that is well signed, but %s, is verified each time', async (_what, claims, said) => {
    const authenticator = trusting(es256)
    const token = es256.token(claims)
    for (let i = 0; i < 5; i++) expect(await resultOf(authenticator, token)).toBe(said)
    expect(work()).toBe(5)
  })

  it('one that was not yet valid is let in later, and remembered from then on', async () => {
    const clock = fakeClock()
    const signer = createSigner({ now: clock.now })
    const authenticator = trusting(signer, { now: clock.now })
    const token = signer.token({ nbf: clock.seconds() + 60 })
    for (let i = 0; i < 3; i++) expect(await resultOf(authenticator, token)).toBe('401 token_not_yet_valid')
    clock.advance(60)
    for (let i = 0; i < 4; i++) expect(await resultOf(authenticator, token)).toBe('authenticated')
    expect(work()).toBe(5) // refused times do not count
  })

  it('refused ones drive out nobody', async () => {
    const authenticator = trusting(es256, { tokenCacheSize: 1 })
    const token = es256.token()
    const stranger = createSigner({ alg: 'ES256' })
    await acceptTwice(authenticator, token)
    for (let i = 0; i < 5; i++) {
      const forged = stranger.token({ jti: `${i}` })
      for (let j = 0; j < 3; j++) expect(await resultOf(authenticator, forged)).toBe('401 signature_invalid')
    }
    const expired = es256.token({ exp: 1 })
    for (let j = 0; j < 3; j++) expect(await resultOf(authenticator, expired)).toBe('401 token_expired')
    startCounting()
    expect(await resultOf(authenticator, token)).toBe('authenticated')
    expect(work()).toBe(0)
  })
})

describe('tokenCacheSize', () => {
  it('is how many tokens are remembered; the oldest is forgotten first', async () => {
    const authenticator = trusting(es256, { tokenCacheSize: 2 })
    const tokens = ['a', 'b', 'c'].map((jti) => es256.token({ jti }))
    for (const token of tokens) await acceptTwice(authenticator, token)
    expect(work()).toBe(6)
    expect(await resultOf(authenticator, tokens[2]!)).toBe('authenticated')
    expect(await resultOf(authenticator, tokens[1]!)).toBe('authenticated')
    expect(work()).toBe(6)
    expect(await resultOf(authenticator, tokens[0]!)).toBe('authenticated')
    expect(work()).toBe(7)
  })

  it('is among how many others a token may come again to be remembered', async () => {
    const authenticator = trusting(es256, { tokenCacheSize: 2 })
    const [a, b, c] = ['a', 'b', 'c'].map((jti) => es256.token({ jti })) as [string, string, string]
    for (const token of [a, b, a]) expect(await resultOf(authenticator, token)).toBe('authenticated')
    expect(work()).toBe(3)
    expect(await resultOf(authenticator, a)).toBe('authenticated')
    expect(work()).toBe(3)
    const other = trusting(es256, { tokenCacheSize: 2 })
    for (const token of [a, b, c, a, a, a]) expect(await resultOf(other, token)).toBe('authenticated')
    expect(work()).toBe(8) // c made it forget a, which so had to come twice again
  })

  it('is not used up by tokens that come once: they drive out nobody', async () => {
    const authenticator = trusting(es256, { tokenCacheSize: 1 })
    const token = es256.token()
    await acceptTwice(authenticator, token)
    for (let i = 0; i < 5; i++)
      expect(await resultOf(authenticator, es256.token({ jti: `${i}` }))).toBe('authenticated')
    startCounting()
    expect(await resultOf(authenticator, token)).toBe('authenticated')
    expect(work()).toBe(0)
  })

  it('is 10000 by default', { timeout: 60_000 }, async () => {
    // always the same tokens: none of them meet in a bucket
    const now = (): number => Date.UTC(2026, 0, 1)
    const signer = createSigner({ alg: 'HS256', secret: Buffer.from('0123456789abcdef'.repeat(4)), now })
    const authenticator = createAuthenticator({ ...base, secret: signer.secret!, now })
    const tokens = Array.from({ length: 10_001 }, (_, i) => signer.token({ jti: `${i}` }))
    startCounting()
    for (const token of tokens) for (let i = 0; i < 2; i++) await authenticator.authenticateToken(token)
    expect(work()).toBe(20_002)
    expect(await resultOf(authenticator, tokens.at(-1)!)).toBe('authenticated')
    expect(await resultOf(authenticator, tokens[1]!)).toBe('authenticated')
    expect(work()).toBe(20_002)
    expect(await resultOf(authenticator, tokens[0]!)).toBe('authenticated')
    expect(work()).toBe(20_003)
  })
})

describe('another spelling of a remembered token', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const signer = createSigner({ alg: 'HS256' })
  const token = signer.token()
  const { header, payload, signature } = splitToken(token)
  /** The same bytes in the eyes of a lenient decoder: the last character's spare bits are set. */
  const spareBits = `${signature.slice(0, -1)}${alphabet[alphabet.indexOf(signature.at(-1)!) + 1]}`

  it.each([
    ['padding', `${token}=`],
    ['padding in the payload', `${header}.${payload}=.${signature}`],
    ['spare bits', `${header}.${payload}.${spareBits}`],
    ['white space in front', `${header}. ${payload}.${signature}`],
    ['a line break behind', `${token}\n`],
    ['a plus for a minus', `${header}.${payload}.${signature.replaceAll('-', '+').replaceAll('_', '/')}`],
    ['an empty fourth segment', `${token}.`],
    ['a dot in front', `.${token}`],
  ])('[B3] [E2] is refused: %s', async (what, variant) => {
    expect(what === 'a plus for a minus' || variant !== token).toBe(true)
    if (variant === token) return // this signature happens to have neither character
    const authenticator = createAuthenticator({ ...base, secret: signer.secret! })
    await acceptTwice(authenticator, token)
    const outcome = await authenticator.authenticateToken(variant)
    expect(outcome).toMatchObject({ type: 'refused', refusal: { body: { code: 'token_malformed' } } })
    expect((await authenticator.authenticateToken(token)).type).toBe('authenticated')
  })
})
