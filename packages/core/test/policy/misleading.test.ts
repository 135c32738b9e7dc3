import {
  bindToExpiry,
  createAuthenticator,
  createCsrfTokens,
  isRequirement,
  optionsFromEnv,
  type Principal,
} from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { base } from '../support/authenticate.ts'
import { optionError, thrownBy } from '../support/options.ts'

const secret = 'a-secret-of-more-than-32-bytes-0123456789'
const cookie = { secret, cookie: true, origin: 'https://app.test' }
const overHttp = (jwksUri: string | URL, ...hosts: string[]) => ({ jwksUri, dangerouslyAllowHttp: hosts })

/** The options, what the message must say, and what it must not. */
const wrong: [object, RegExp, RegExp][] = [
  [{ secret, issuer: ['https://a.test', 'https://b.test'] }, /must be one string, got a list/, /missing/],
  [{ secret, issuer: null }, /must be a string, got null/, /missing/],
  [{ secret, issuer: 5 }, /must be a string, got a number/, /missing/],
  [{ secret, issuer: '' }, /is an empty string/, /missing/],
  [{ secret, issuer: ' https://idp.test' }, /begins or ends with a blank/, /missing/],
  [{ secret, issuer: 'https://idp.test\n' }, /begins or ends with a blank/, /missing/],
  [{ issuer: 'https://idp.test ' }, /begins or ends with a blank/, /no URL/],
  [{ secret, audience: 'api ' }, /begins or ends with a blank/, /missing/],
  [{ secret, clientId: ['web', '\tapp'] }, /begins or ends with a blank/, /missing/],
  ...[
    'https://idp.test/.well-known/openid-configuration',
    'https://idp.test/tenant/.well-known/openid-configuration/',
    'https://idp.test/.well-known/openid-configuration?v=1',
    'https://idp.test/.Well-Known/OpenID-Configuration',
    'https://idp.test/.well-known/oauth-authorization-server',
    'https://idp.test/.well-known/oauth-authorization-server/tenant',
  ].flatMap((address): [object, RegExp, RegExp][] => [
    [{ issuer: address }, /is the URL of metadata.*give the value of "issuer"/, /https:/],
    [{ secret, issuer: address }, /is the URL of metadata/, /https:/],
    [{ jwksUri: address }, /is the URL of metadata, not of a key set: give the "jwks_uri"/, /https:/],
  ]),
  [{ jwksUri: 'https://user:pass@idp.test/k' }, /has a user name or password in it/, /must be https|pass@/],
  [
    { jwksUri: new URL('https://user@idp.test/k') },
    /has a user name or password in it/,
    /must be https|user@/,
  ],
  [{ issuer: 'https://user:pass@idp.test' }, /has a user name or password in it/, /must be https|pass@/],
  [overHttp('http://user:pass@idp.test/k', 'idp.test'), /has a user name or password/, /must be https|pass@/],
  [{ ...cookie, origin: 'https://user:pass@app.test' }, /has a user name or password in it/, /pass@/],
  [overHttp('http://keycloak:8080/k', 'http://keycloak:8080'), /give the host alone/, /name its host in/],
  [overHttp('http://keycloak:8080/k', 'keycloak/'), /give the host alone/, /name its host in/],
  [overHttp('http://keycloak:8080/k', 'user@keycloak'), /give the host alone/, /name its host in/],
  [overHttp('http://keycloak:8080/k', '*.corp'), /give the host alone/, /name its host in/],
  [overHttp('http://keycloak:8080/k', 'keycloak:99999'), /give the host alone/, /name its host in/],
  [overHttp('http://keycloak:8080/k', ' keycloak'), /give the host alone/, /name its host in/],
  [{ ...cookie, cookie: '__Host-' }, /is a prefix only: add a name, such as "__Host-access"/, /must be true/],
  [
    { ...cookie, cookie: '__Secure-', dangerouslyAllowUnprefixedCookie: true },
    /is a prefix only/,
    /must be true/,
  ],
  [{ ...cookie, origin: [] }, /is an empty list/, /required/],
  [{ secret, audience: null, profile: 'rfc9068' }, /must not be null/, /is required|missing/],
  [{ secret, keyServer: Promise.resolve({}) }, /has no effect/, /missing/],
  [{ keyServer: Promise.resolve({}) }, /must be an object, got a promise: await it/, /missing/],
  [{ decryption: null }, /must be an object, got null/, /missing/],
  [{ decryption: { kee: 1 } }, /"decryption.kee" does not exist: did you mean "key"/, /missing/],
]

describe('an error of options says what is wrong, not something else', () => {
  it.each(wrong)('%o', (options, must, mustNot) => {
    const { message } = optionError(options)
    expect(message).toMatch(must)
    expect(message).not.toMatch(mustNot)
  })

  it.each([
    overHttp('http://keycloak:8080/k', 'keycloak'),
    overHttp('http://keycloak:8080/k', 'keycloak:8080'),
    overHttp('http://keycloak/k', 'keycloak:80'),
    overHttp('http://Keycloak:8080/k', 'KEYCLOAK'),
    overHttp('http://keycloak:8080/k', 'Keycloak:8080'),
    overHttp('http://[fd00::1]:8080/k', 'fd00::1'),
    overHttp('http://[fd00::1]:8080/k', 'FD00:0::1'),
    overHttp('http://[fd00::1]:8080/k', '[fd00::1]'),
    overHttp('http://[fd00::1]:8080/k', '[fd00::1]:8080'),
    { issuer: 'https://idp.test/well-known/openid-configuration', secret },
    { issuer: 'https://idp.test/.well-known/openid-configurations', secret },
    { issuer: 'an issuer', secret },
  ])('%o is right', (options) => {
    expect(() => createAuthenticator({ ...base, ...options })).not.toThrow()
  })

  it.each([
    overHttp('http://keycloak:8080/k', 'keycloak:8081'),
    overHttp('http://keycloak:8080/k', 'keycloak:80'),
    overHttp('http://[fd00::2]/k', 'fd00::1'),
    overHttp('http://keycloak.evil.test/k', 'keycloak'),
  ])('%o allows another host, or another port', (options) => {
    expect(optionError(options).message).toMatch(/name its host in dangerouslyAllowHttp/)
  })
})

describe('an environment variable that is set, but empty,', () => {
  it.each(['JWT_ISSUER', 'JWT_AUDIENCE'])('is not called missing: %s', (name) => {
    const env = { JWT_ISSUER: 'https://idp.test', JWT_AUDIENCE: 'api', [name]: ' ' }
    expect(() => optionsFromEnv(env)).toThrow(`countersign: ${name} is set, but empty`)
  })
})

describe('a requirement of a claim', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'that is %o is none, whoever made it: its opposite would let everybody pass',
    (value) => {
      expect(isRequirement({ kind: 'claim', path: ['level'], value })).toBe(false)
      expect(
        isRequirement({ kind: 'not', requirement: { kind: 'maxAuthAge', seconds: value - value } }),
      ).toBe(false)
    },
  )
})

describe('a wrong argument is a TypeError that names it', () => {
  const authenticator = createAuthenticator({ ...base, secret })
  const principal = { expiresAt: Infinity } as Principal
  const connection = { close: () => undefined }

  it.each<[string, () => unknown, string]>([
    [
      'no token',
      () => authenticator.authenticateToken(undefined as never),
      'authenticateToken(): "token" must be a string, got undefined',
    ],
    [
      'a number as token',
      () => authenticator.authenticateToken(5 as never),
      'authenticateToken(): "token" must be a string, got a number',
    ],
    [
      'no view',
      () => authenticator.authenticate(undefined as never),
      'authenticate(): "view" must be a view of a request, got undefined: give nodeRequestView(req)',
    ],
    [
      'a request as view',
      () => authenticator.authenticate({ header: () => 'x', url: '/' } as never),
      'authenticate(): "view" must be a view of a request, got an object: give nodeRequestView(req)',
    ],
    [
      'no session id',
      () => createCsrfTokens([secret]).create(undefined as never),
      'create(): "sessionId" must be a string, got undefined',
    ],
    [
      'a number as session id',
      () => createCsrfTokens([secret]).create(5 as never),
      'create(): "sessionId" must be a string, got a number',
    ],
    [
      'no connection',
      async () => bindToExpiry(undefined as never, principal),
      'bindToExpiry(): "connection" must be a socket, a response or the like, got undefined',
    ],
    [
      'no principal',
      async () => bindToExpiry(connection, undefined as never),
      'bindToExpiry(): "principal" must be the principal of a request, got undefined',
    ],
  ])('%s', async (_what, call, message) => {
    await expect(call()).rejects.toThrow(message)
    await expect(call()).rejects.toBeInstanceOf(TypeError)
  })

  it.each<[unknown, string, RegExp]>([
    [{ leadtime: 5 }, 'leadtime', /does not exist: did you mean "leadTime"/],
    [{ leadTime: '5' }, 'leadTime', /must be a number of seconds, 0 or more/],
    [{ leadTime: Number.NaN }, 'leadTime', /must be a number of seconds/],
    [{ onExpire: 'open' }, 'onExpire', /must be "close" or a function, got a string/],
    [{ now: 5 }, 'now', /must be a function, got a number/],
    [null, 'options', /must be an object, got null/],
  ])('and of bindToExpiry an option error: %o', (options, option, message) => {
    const error = thrownBy(() => bindToExpiry(connection, principal, options as object))
    expect(error.option).toBe(option)
    expect(error.message).toMatch(message)
  })
})
