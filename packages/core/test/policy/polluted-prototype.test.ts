import { createAuthenticator, createGate, isPrincipal, not, role, scope } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { afterEach, describe, expect, it } from 'vitest'
import { base, bearer, resultOf, accept, request, verdict } from '../support/authenticate.ts'
import { fakeKeyServer } from '../support/fake-key-server.ts'

const signer = createSigner({ alg: 'RS256', kid: 'k1' })
const hmac = createSigner({ alg: 'HS256' })
// made ahead, since what signs them reads through prototypes
const good = signer.token()
const withoutExpiry = signer.token({ exp: undefined })
const withoutSubject = signer.token({ sub: undefined })
const polluted: string[] = []

/** What a request may have got a careless merge to write, visible to loops or not. */
function pollute(members: Record<string, unknown>, enumerable = true): void {
  for (const [name, value] of Object.entries(members)) {
    Reflect.defineProperty(Object.prototype, name, { value, enumerable, configurable: true, writable: true })
    polluted.push(name)
  }
}

afterEach(() => {
  for (const name of polluted.splice(0)) Reflect.deleteProperty(Object.prototype, name)
})

const options: Record<string, unknown> = {
  secret: 'a secret that somebody else knows, 0123456789',
  publicKey: 'x',
  key: () => signer.jwk,
  jwksUri: 'https://evil.test/jwks',
  algorithms: ['none'],
  audience: null,
  clientId: 'x',
  profile: 'rfc9068',
  typ: 'x+jwt',
  accept: 'id_token',
  clockTolerance: 300,
  dangerouslyAllowNoExpiry: true,
  dangerouslyReadQuery: 'token',
  maxTokenLength: 256,
  maxTokenAge: 1,
  optional: true,
  cookie: true,
  exposeToken: true,
  realm: 'x',
  rolesFrom: 'x',
  scopesFrom: 'x',
  isRevoked: () => true,
  claims: {},
  now: () => 0,
  decryption: {},
  keyServer: {},
  property: 'x',
  onRefused: 'throw',
  min: 1e9,
  max: -1,
  default: 1,
  crv: 'P-521',
  padding: 'pss',
  hash: 'sha1',
  signatureBytes: 1,
  repeatable: false,
  previous: {},
  verification: () => ({}),
}

const claims: Record<string, unknown> = {
  sub: 'admin',
  exp: 9_999_999_999,
  iat: 1,
  roles: ['admin'],
  scope: 'admin',
  jti: 'x',
  sid: 'x',
  azp: base.audience,
  nonce: 'n',
  auth_time: 1,
  firebase: {},
  cnf: {},
  token_use: 'id',
  events: {},
  at_hash: 'x',
  crit: ['x'],
  b64: false,
  enc: 'x',
  k: 'x',
  x5c: [],
}

describe.each([true, false])('[V-34] a polluted Object.prototype (visible to loops: %s)', (enumerable) => {
  it.each(Object.keys(options))('gives no option, and no member of a key or algorithm: %s', async (name) => {
    pollute({ [name]: options[name] }, enumerable)
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [signer.jwk] } })
    expect(await resultOf(authenticator, good)).toBe('authenticated')
    expect(await resultOf(authenticator, withoutExpiry)).toBe('401 claim_missing')
    expect(verdict(await authenticator.authenticate(request({}, { url: '/?token=x' })))).toBe(
      '401 credential_missing',
    )
    const byServer = createAuthenticator({
      ...base,
      jwksUri: 'https://idp.test/jwks',
      fetch: fakeKeyServer(signer.jwk).fetch,
      keyServer: { timeout: 1 },
    })
    expect(await resultOf(byServer, good)).toBe('authenticated')
    const gate = createGate({ ...base, secret: hmac.secret! })
    expect((await gate.authenticate(new Request('https://api.test/'))).response?.status).toBe(401)
  })

  it.each(Object.keys(claims))('gives no claim, and no member of a header or a key: %s', async (name) => {
    pollute({ [name]: claims[name] }, enumerable)
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [signer.jwk] } })
    const outcome = await accept(authenticator, bearer(good))
    expect(outcome.principal).toMatchObject({
      roles: [],
      scopes: [],
      tokenId: undefined,
      sessionId: undefined,
    })
    expect(await authenticator.authorize(outcome, role('admin'))).toBeDefined()
    expect(await authenticator.authorize(outcome, scope('admin'))).toBeDefined()
    expect(await authenticator.authorize(outcome, not(role('admin')))).toBeUndefined()
    expect(await resultOf(authenticator, withoutSubject)).toBe('401 claim_missing')
    expect(await resultOf(authenticator, withoutExpiry)).toBe('401 claim_missing')
  })

  it.each(Object.entries({ d: 'x', use: 'enc', key_ops: [] }))(
    'gives a key no member: it verifies, or is rejected if the runtime itself reads "%s" through the prototype',
    async (name, value) => {
      pollute({ [name]: value }, enumerable)
      const results: string[] = []
      try {
        const authenticator = createAuthenticator({ ...base, jwks: { keys: [signer.jwk] } })
        results.push(await resultOf(authenticator, good), await resultOf(authenticator, withoutSubject))
      } catch (error) {
        results.push((error as Error).name)
      }
      // Node 20 and 22 fail to import a key with "d", and WebCrypto one with any of these.
      const verified = ['authenticated', '401 claim_missing']
      const rejected = ['401 signature_invalid', '401 signature_invalid']
      expect([verified, rejected, ['OptionError']]).toContainEqual(results)
    },
  )

  it('gives no requirement, header, key or answer of a function', async () => {
    pollute(
      {
        kind: 'scope',
        scopes: ['a'],
        authorization: `Bearer ${good}`,
        keys: [signer.jwk],
        maxAge: 9,
      },
      enumerable,
    )
    expect(() => not({} as never)).toThrow(/needs requirements/)
    expect(isPrincipal({})).toBe(false)
    const byFunction = createAuthenticator({ ...base, key: () => signer.jwk as never })
    expect(await resultOf(byFunction, good)).toBe('authenticated')
    expect(() => createAuthenticator({ ...base, jwks: {} as never })).toThrow(/must be a JWK set/)
  })
})

it('[V-34] options by a class are read: its getters and its methods', async () => {
  class Settings {
    readonly issuer = base.issuer
    readonly audience = base.audience
    get jwks() {
      return { keys: [signer.jwk] }
    }
    isRevoked(): boolean {
      return false
    }
  }
  expect(await resultOf(createAuthenticator(new Settings() as never), good)).toBe('authenticated')
})
