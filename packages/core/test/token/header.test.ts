import { base64url, createSigner } from '@countersign/forge'
import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fakeKeyServer } from '../support/fake-key-server.ts'
import { resultOf, trusting, base } from '../support/authenticate.ts'
import { createAuthenticator } from '@countersign/core'

const signer = createSigner({ alg: 'ES256', kid: 'k1' })
const authenticator = trusting(signer)
const withHeader = (members: Record<string, unknown>): string => signer.token({}, members)

describe('the header', () => {
  it.each([
    ['an unknown extension', { crit: ['exp'], exp: 1 }],
    ['an extension that is not there', { crit: ['x'] }],
    ['an empty list', { crit: [] }],
    ['a name twice', { crit: ['x', 'x'], x: 1 }],
    ['a text', { crit: 'x', x: 1 }],
    ['an object', { crit: { x: 1 } }],
    ['null', { crit: null }],
    ['false', { crit: false }],
    ['a list of no texts', { crit: [1, null] }],
    ['a registered name', { crit: ['alg'] }],
    ['b64, true', { crit: ['b64'], b64: true }],
    ['b64, false', { crit: ['b64'], b64: false }],
  ])('[B1][V-4] with crit that is %s is refused', async (_what, members) => {
    expect(await resultOf(authenticator, withHeader(members))).toBe('401 token_malformed')
  })

  it.each([true, false, null, 0])('[B1] with b64: %j and without crit is refused', async (b64) => {
    expect(await resultOf(authenticator, withHeader({ b64 }))).toBe('401 token_malformed')
  })

  it('[B1] with b64: false is refused when the payload is not encoded', async () => {
    const head = base64url({ alg: 'ES256', kid: 'k1', b64: false, crit: ['b64'] })
    const input = `${head}.payload`
    expect(await resultOf(authenticator, `${input}.${base64url(signer.sign(input))}`)).toBe(
      '401 token_malformed',
    )
  })

  it.each([[1], [null], [{}], [[]], [['JWT']], [true]])(
    '[E5] with a typ that is %j is refused',
    async (typ) => {
      expect(await resultOf(authenticator, withHeader({ typ }))).toBe('401 token_malformed')
    },
  )

  it('may have members that mean nothing to us', async () => {
    const members = { cty: 'JWT', x5t: 'abc', 'x5t#S256': 'abc', nonce: 'n', anything: { at: ['all'] } }
    expect(await resultOf(authenticator, withHeader(members))).toBe('authenticated')
  })
})

describe('keys in the header', () => {
  const evil = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const evilJwk = evil.publicKey.export({ format: 'jwk' })

  /** A token whose header brings or names the attacker's key, signed with that key. */
  function selfSigned(members: object, kid?: string): string {
    const input = `${base64url({ alg: 'ES256', ...(kid && { kid }), ...members })}.${base64url(signer.claims())}`
    const signature = sign('sha256', Buffer.from(input), { key: evil.privateKey, dsaEncoding: 'ieee-p1363' })
    return `${input}.${base64url(signature)}`
  }

  const temptations = {
    jwk: evilJwk,
    jku: 'https://evil.test/jwks',
    x5u: 'https://evil.test/cert.pem',
    x5c: ['MIIB', 'MIIC'],
    kid: 'https://evil.test/jwks#k1',
  }

  it.each(Object.entries(temptations))('[A14][V-3] are not used: %s', async (name, value) => {
    const said = name === 'kid' ? '401 key_unknown' : '401 signature_invalid'
    expect(await resultOf(authenticator, selfSigned({ [name]: value }))).toBe(said)
    const named = name === 'kid' ? selfSigned({ kid: value }) : selfSigned({ [name]: value }, 'k1')
    expect(await resultOf(authenticator, named)).toBe(said)
  })

  it('[A14][V-3] are not fetched either', async () => {
    const server = fakeKeyServer(signer.jwk)
    const remote = createAuthenticator({ ...base, jwksUri: 'https://idp.test/jwks', fetch: server.fetch })
    for (const [name, value] of Object.entries(temptations)) {
      expect(await resultOf(remote, selfSigned({ [name]: value }, 'unknown'))).toBe('401 key_unknown')
    }
    expect(new Set(server.requests)).toEqual(new Set(['https://idp.test/jwks']))
    expect.assertions(6)
  })

  it('[A14] do no harm to a token that is signed with a key of the policy', async () => {
    const { kid: _kid, ...rest } = temptations
    expect(await resultOf(authenticator, withHeader(rest))).toBe('authenticated')
  })
})

describe('what is remembered of headers', () => {
  it('[B4] never mixes tokens: same header, each its own claims and verdict', async () => {
    const tokens = Array.from({ length: 50 }, (_, i) => signer.token({ sub: `user-${i}` }))
    for (const round of [1, 2]) {
      for (const [i, token] of tokens.entries()) {
        const outcome = await authenticator.authenticateToken(token)
        expect(outcome).toMatchObject({ principal: { subject: `user-${i}`, claims: { sub: `user-${i}` } } })
      }
      const [head, body] = tokens[round]!.split('.')
      const signature = tokens[round + 1]!.split('.')[2]
      expect(await resultOf(authenticator, `${head}.${body}.${signature}`)).toBe('401 signature_invalid')
    }
    expect.assertions(102)
  })

  it('[B4] belongs to one policy: what one allows, the other still refuses', async () => {
    const strict = trusting(createSigner({ alg: 'ES384', kid: 'k1' }), { algorithms: ['ES384'] })
    const token = signer.token()
    for (const round of ['first', 'second']) {
      expect(await resultOf(authenticator, token), round).toBe('authenticated')
      expect(await resultOf(strict, token), round).toBe('401 algorithm_not_allowed')
    }
    expect.assertions(4)
  })

  it('is checked like new: a remembered header does not make an expired token good', async () => {
    expect(await resultOf(authenticator, signer.token())).toBe('authenticated')
    expect(await resultOf(authenticator, signer.token({ exp: 1 }))).toBe('401 token_expired')
  })
})
