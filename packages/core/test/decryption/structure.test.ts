import { createRecipient, createSigner } from '@countersign/forge'
import { EncryptJWT, importJWK } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { deflateRawSync } from 'node:zlib'
import { ecPair, encryptTo, rsaPair, secretPair, signer } from '../support/encrypt.ts'
import { bearer, resultOf, principalFor, refusalOf, trusting } from '../support/authenticate.ts'
import { fc } from '../support/property.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const recipient = createRecipient()
const authenticator = trusting(signer, { decryption: { key: recipient.jwk } })
const inner = signer.token()
const good = recipient.encrypt(inner)
const withHeader = (members: Record<string, unknown>) => recipient.encrypt(inner, members)

it('[I-48] a token that was signed, then encrypted, passes, and gives the claims of the inner one', async () => {
  const { claims, subject } = await principalFor(authenticator, good)
  expect(subject).toBe('user-1')
  expect(claims).toEqual(JSON.parse(Buffer.from(inner.split('.')[1]!, 'base64url').toString('utf8')))
})

it('[V-2] where no decryption is configured, it is malformed, as every other text of five segments', async () => {
  expect(await resultOf(trusting(signer), good)).toBe('401 token_malformed')
})

describe('a token that is only signed', () => {
  it('[I-48] is refused where decryption is configured', async () => {
    expect(await resultOf(authenticator, inner)).toBe('401 decryption_failed')
  })

  it('passes with required: false, and so does one that is encrypted', async () => {
    const both = trusting(signer, { decryption: { key: recipient.jwk, required: false } })
    expect(await resultOf(both, inner)).toBe('authenticated')
    expect(await resultOf(both, good)).toBe('authenticated')
    expect(await resultOf(both, createSigner({ kid: 'k1' }).token())).toBe('401 signature_invalid')
    expect(await resultOf(both, `${inner}.x`)).toBe('401 token_malformed')
  })
})

describe('the header', () => {
  it.each<[string, Record<string, unknown>]>([
    ['cty in lower case', { cty: 'jwt' }],
    ['cty with application/', { cty: 'application/JWT' }],
    ['a typ', { typ: 'at+jwt' }],
    ['a typ of any kind', { typ: 7 }],
    [
      'claims for others, which nobody reads',
      { iss: 'https://evil.test', aud: 'nobody', sub: 'admin', exp: 1 },
    ],
    [
      'keys of its own, which nobody uses',
      { jwk: createRecipient().publicJwk, jku: 'https://evil.test/keys' },
    ],
    ['no kid', { kid: undefined }],
  ])('[I-48] may have %s', async (_what, members) => {
    expect((await principalFor(authenticator, withHeader(members))).subject).toBe('user-1')
  })

  it.each<[string, Record<string, unknown>]>([
    ['no cty', { cty: undefined }],
    ['another cty', { cty: 'JOSE' }],
    ['a cty that only begins like it', { cty: 'JWT ' }],
    ['a cty that is no string', { cty: ['JWT'] }],
    ['crit', { crit: ['exp'], exp: 1 }],
    ['crit with nothing', { crit: [] }],
    ['zip DEF', { zip: 'DEF' }],
    ['zip of another kind', { zip: 'GZIP' }],
    ['zip null', { zip: null }],
    ['no alg', { alg: undefined }],
    ['an alg that is no string', { alg: ['RSA-OAEP-256'] }],
    ['no enc', { enc: undefined }],
    ['an enc that is no string', { enc: 1 }],
    ['a kid that is no string', { kid: { $ne: 1 } }],
    ['a kid that is too long', { kid: 'k'.repeat(513) }],
  ])('[B1] [B5] [I-48] must not have %s', async (_what, members) => {
    expect(await resultOf(authenticator, withHeader(members))).toBe('401 token_malformed')
  })

  it.each(['[]', 'null', '"x"', 'alg', '{"alg":"RSA-OAEP-256"'])('must be an object: %s', async (text) => {
    expect(await resultOf(authenticator, recipient.raw(text, inner))).toBe('401 token_malformed')
  })

  it('must not have a member twice', async () => {
    const text = '{"alg":"RSA-OAEP-256","enc":"A256GCM","cty":"JWT","cty":"JWT"}'
    expect(await resultOf(authenticator, recipient.raw(text, inner))).toBe('401 token_malformed')
    expect(await resultOf(authenticator, recipient.raw(text.replace(',"cty":"JWT"', ''), inner))).toBe(
      'authenticated',
    )
  })
})

describe('bombs', () => {
  it('[B5] a token that inflates to 5 MB is refused before it is decrypted', async () => {
    const bomb = recipient.encrypt(deflateRawSync(Buffer.alloc(5_000_000, 'a')), { zip: 'DEF' })
    expect(bomb.length).toBeLessThan(16_384)
    const decrypt = vi.spyOn(crypto.subtle, 'decrypt')
    expect(await resultOf(authenticator, bomb)).toBe('401 token_malformed')
    expect(decrypt).not.toHaveBeenCalled()
    // without its zip it is decrypted, and is no token
    const { zip: _, ...header } = JSON.parse(Buffer.from(bomb.split('.')[0]!, 'base64url').toString('utf8'))
    expect(await resultOf(authenticator, recipient.raw(JSON.stringify(header), 'aaa'))).toBe(
      '401 token_malformed',
    )
    expect(decrypt).toHaveBeenCalled()
  })

  it('[B5] a token of 250 KB is refused for its length, whatever it is', async () => {
    const long = recipient.encrypt(signer.token({ filler: 'x'.repeat(141_000) }))
    expect(long.length).toBeGreaterThan(250_000)
    const texts = [long, '.'.repeat(250_000), `${good.split('.')[0]}....${'A'.repeat(250_000)}`]
    const decrypt = vi.spyOn(crypto.subtle, 'decrypt')
    for (const text of texts) expect(await resultOf(authenticator, text)).toMatch(/^40[01] /)
    expect((await authenticator.authenticateToken(long)).type).toBe('refused')
    expect(decrypt).not.toHaveBeenCalled()
  })

  it('[B5] maxTokenLength is of the token as it is sent', async () => {
    const limit = (maxTokenLength: number) =>
      trusting(signer, { maxTokenLength, decryption: { key: recipient.jwk } })
    expect(await resultOf(limit(good.length), good)).toBe('authenticated')
    expect(await resultOf(limit(good.length - 1), good)).toBe('401 token_malformed')
    expect((await limit(good.length - 1).authenticateToken(good)).type).toBe('refused')
  })
})

describe('what is inside', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['claims that nobody signed', JSON.stringify(signer.claims()), '401 token_malformed'],
    ['another encrypted token', good, '401 token_malformed'],
    ['nothing of a token', 'hello', '401 token_malformed'],
    ['two segments', inner.split('.').slice(0, 2).join('.'), '401 token_malformed'],
    ['a token behind a byte order mark', `\uFEFF${inner}`, '401 token_malformed'],
    ['a token before a line break', `${inner}\n`, '401 token_malformed'],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0x2e, 0xfe, 0x2e, 0xfd]), '401 token_malformed'],
    [
      'an unsigned token',
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${inner.split('.')[1]}.`,
      '401 token_malformed',
    ],
    [
      'a token with alg none and a signature',
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${inner.split('.').slice(1).join('.')}`,
      '401 algorithm_not_allowed',
    ],
    ['a token of somebody else', createSigner({ kid: 'k1' }).token(), '401 signature_invalid'],
    ['a token under an unknown key', createSigner({ kid: 'k2' }).token(), '401 key_unknown'],
    ['an expired token', signer.token({ exp: 1 }), '401 token_expired'],
    ['a token for others', signer.token({ aud: 'https://other.test' }), '401 claim_mismatch'],
    ['an ID token', signer.token({ nonce: 'n', at_hash: 'x' }), '401 token_type_wrong'],
    ['a token bound to a key', signer.token({ cnf: { jkt: 'x' } }), '401 binding_missing'],
  ])('[I-48] is checked like any other: %s', async (_what, plaintext, expected) => {
    expect(await resultOf(authenticator, recipient.encrypt(plaintext))).toBe(expected)
  })

  it('[A2] [I-48] an HMAC with the public key as its secret is refused', async () => {
    const rsa = createSigner({ alg: 'RS256' })
    for (const secret of [rsa.pem, JSON.stringify(rsa.jwk), rsa.pem.trim()]) {
      const forger = createSigner({ alg: 'HS256', secret: Buffer.from(secret), kid: rsa.kid! })
      const trustsRsa = trusting(rsa, { decryption: { key: recipient.jwk } })
      expect(await resultOf(trustsRsa, recipient.encrypt(forger.token()))).toBe('401 algorithm_not_allowed')
    }
  })

  it('[I-48] claims that were only encrypted, as jose.EncryptJWT does, are refused', async () => {
    const { privateJwk, publicJwk } = rsaPair()
    const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM' }
    const key = await importJWK(publicJwk, header.alg)
    const token = (members: object) =>
      new EncryptJWT(signer.claims()).setProtectedHeader({ ...header, ...members }).encrypt(key)
    const reader = trusting(signer, { decryption: { key: privateJwk } })
    expect(await resultOf(reader, await token({}))).toBe('401 token_malformed')
    expect(await resultOf(reader, await token({ cty: 'JWT' }))).toBe('401 token_malformed')
  })

  it('[I-48] claims that were replicated in the header do not stand in for those inside', async () => {
    const inside = signer.token({ aud: undefined, sub: undefined })
    const token = recipient.encrypt(inside, { aud: 'https://api.test', sub: 'admin' })
    expect(await resultOf(authenticator, token)).toBe('401 claim_missing')
  })
})

const pairs = {
  'RSA-OAEP-256': rsaPair(),
  'ECDH-ES+A256KW': ecPair(),
  'ECDH-ES': ecPair(),
  dir: secretPair(32),
}

describe('a token that was changed', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

  it.each(Object.keys(pairs) as (keyof typeof pairs)[])(
    '[B3] [I-48] in any character, or cut anywhere, is refused: %s',
    async (alg) => {
      const { privateJwk, publicJwk } = pairs[alg]
      const encryptions = ['A256GCM', ...(alg === 'dir' ? [] : ['A256CBC-HS512'])]
      const reader = trusting(signer, { decryption: { key: privateJwk } })
      for (const enc of encryptions) {
        const token = await encryptTo(publicJwk, inner, { alg, enc })
        expect(await resultOf(reader, token)).toBe('authenticated')
        await fc.assert(
          fc.asyncProperty(
            fc.nat(token.length - 1),
            fc.constantFrom(...alphabet.split('')),
            fc.constantFrom('change', 'cut', 'drop', 'add'),
            async (at, character, how) => {
              const [before, after] = [token.slice(0, at), token.slice(at + 1)]
              const changed = {
                change: `${before}${character}${after}`,
                cut: before,
                drop: `${before}${after}`,
                add: `${before}${character}${token[at]}${after}`,
              }[how]
              if (changed === token || changed === '') return
              expect(await resultOf(reader, changed)).toMatch(/^401 (?:decryption_failed|token_malformed)$/)
            },
          ),
          { numRuns: 250 },
        )
      }
    },
  )

  const [header = '', contentKey = '', iv = '', ciphertext = '', tag = ''] = good.split('.')
  const spareBits = (text: string) => `${text.slice(0, -1)}${alphabet[alphabet.indexOf(text.at(-1)!) + 1]}`

  it.each([
    ['padding', [header, contentKey, iv, ciphertext, `${tag}==`]],
    ['spare bits in the tag', [header, contentKey, iv, ciphertext, spareBits(tag)]],
    ['spare bits in the key', [header, spareBits(contentKey), iv, ciphertext, tag]],
    ['the ordinary alphabet', [header, contentKey, '+/+/+/+/+/+/+/+/', ciphertext, tag]],
    ['white space', [header, contentKey, ` ${iv}`, ciphertext, tag]],
    ['no content key', [header, '', iv, ciphertext, tag]],
    ['no initialization vector', [header, contentKey, '', ciphertext, tag]],
    ['no ciphertext', [header, contentKey, iv, '', tag]],
    ['no tag', [header, contentKey, iv, ciphertext, '']],
    ['no header', ['', contentKey, iv, ciphertext, tag]],
    ['six segments', [header, contentKey, iv, ciphertext, tag, tag]],
    ['four segments', [header, contentKey, iv, ciphertext]],
  ])('[B3] [V-2] is malformed where it has %s', async (_what, segments) => {
    const refused = await authenticator.authenticateToken(segments.join('.'))
    expect(refused.type === 'refused' && refused.refusal.body.code).toBe('token_malformed')
  })

  it('[B3] is malformed where a key is sent that no algorithm needs', async () => {
    const { privateJwk, publicJwk } = pairs.dir
    const parts = (await encryptTo(publicJwk, inner, { alg: 'dir' })).split('.')
    const reader = trusting(signer, { decryption: { key: privateJwk } })
    expect(await resultOf(reader, parts.with(1, 'AAAA').join('.'))).toBe('401 token_malformed')
  })

  it('is checked by its algorithm first: one that is not allowed is refused as such, however it is cut', async () => {
    const other = Buffer.from(JSON.stringify({ alg: 'ECDH-ES+A192KW', enc: 'A256GCM', cty: 'JWT' }))
    const token = [other.toString('base64url'), '', iv, ciphertext, tag].join('.')
    expect(await resultOf(authenticator, token)).toBe('401 decryption_failed')
  })

  it('[I-48] says the same whatever went wrong in decrypting', async () => {
    const stranger = createRecipient()
    const zeroed = (bytes: number) => Buffer.alloc(bytes).toString('base64url')
    const failing = [
      stranger.encrypt(inner, { kid: recipient.kid }), // the padding is wrong
      [header, zeroed(256), iv, ciphertext, tag].join('.'), // the padding is wrong in another way
      [header, zeroed(1), iv, ciphertext, tag].join('.'), // too short to be of this key
      [header, contentKey, zeroed(12), ciphertext, tag].join('.'), // the key is right, the rest is not
      [header, contentKey, zeroed(3), ciphertext, tag].join('.'), // no initialization vector of this algorithm
      [header, contentKey, iv, ciphertext, zeroed(16)].join('.'),
      [header, contentKey, iv, ciphertext, zeroed(4)].join('.'), // a tag that was cut
      withHeader({ kid: 'unknown' }),
      withHeader({ alg: 'RSA1_5' }),
    ]
    const refusals = await Promise.all(failing.map((token) => refusalOf(authenticator, bearer(token))))
    for (const refusal of refusals) expect(refusal).toEqual(refusals[0])
    expect(refusals[0]!.body.code).toBe('decryption_failed')
  })
})

describe('an ephemeral key', () => {
  const { privateJwk, publicJwk } = ecPair()
  const reader = trusting(signer, { decryption: { key: privateJwk } })

  it.each<[string, unknown]>([
    ['missing', undefined],
    ['no object', 'x'],
    ['of another curve', ecPair('P-384').publicJwk],
    ['not on its curve', { ...publicJwk, y: publicJwk.x }],
    ['zero', { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) }],
    ['a private key', ecPair().privateJwk],
  ])('[I-48] that is %s is refused like any other failure', async (_what, epk) => {
    const token = await encryptTo(publicJwk, inner, { alg: 'ECDH-ES+A256KW' })
    const [first = '', ...rest] = token.split('.')
    const parsed = JSON.parse(Buffer.from(first, 'base64url').toString('utf8')) as object
    const changed = Buffer.from(JSON.stringify({ ...parsed, epk })).toString('base64url')
    expect(await resultOf(reader, [changed, ...rest].join('.'))).toBe('401 decryption_failed')
  })
})
