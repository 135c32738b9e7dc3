import { createAuthenticator, createGate, OptionError, type AuthenticatorOptions } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { base } from '../support/authenticate.ts'
import { optionError, thrownBy } from '../support/options.ts'

const ec = createSigner({ alg: 'ES256' })
const jwks = { keys: [ec.jwk] }
const secret = randomBytes(32)
const cookie = { cookie: true, origin: 'https://app.test' }

/** A mistake: the options, the option that the error must name, and words of its remedy. */
const mistakes: [object, string, RegExp][] = [
  [{ issuer: undefined }, 'issuer', /is missing: give the exact value of the tokens’ "iss" claim/],
  [{ issuer: '' }, 'issuer', /is an empty string: give the exact value/],
  [{ issuer: ['https://idp.test'] }, 'issuer', /must be one string, got a list/],
  [
    { issuer: new URL('https://idp.test') },
    'issuer',
    /must be a string, got an object: give the exact value/,
  ],
  [{ issuer: /idp/ }, 'issuer', /must be a string, got an object/],
  [{ audience: undefined }, 'audience', /is missing: give the identifier .* or null to disable the check/],
  [{ audience: '' }, 'audience', /none of them empty/],
  [{ audience: [] }, 'audience', /none of them empty/],
  [{ audience: ['a', ''] }, 'audience', /none of them empty/],
  [{ audience: ['a', 1] }, 'audience', /must be a string or a list/],
  [{ audience: false }, 'audience', /must be a string or a list/],
  [{ audience: /x/ }, 'audience', /must be a string or a list/],
  [{ audience: null, profile: 'rfc9068', jwks }, 'audience', /must not be null with profile "rfc9068"/],
  [{ clientId: '' }, 'clientId', /none of them empty/],
  [{ clientId: [] }, 'clientId', /none of them empty/],
  [{ clientId: null }, 'clientId', /must be a string or a list/],
  [{ clientID: 'x' }, 'clientID', /does not exist: did you mean "clientId"\?/],
  [{ Secret: secret }, 'Secret', /does not exist/],
  [{ ignoreExpiration: true }, 'ignoreExpiration', /does not exist/],
  [{ constructor: 1 }, 'constructor', /does not exist/],
  [{ ['__proto__']: 1 }, '__proto__', /does not exist/],
  [{ toString: 1 }, 'toString', /does not exist/],
  [{ algorithm: ['ES256'] }, 'algorithm', /does not exist/],
  [{ secret, jwks }, 'jwks', /and "secret" are both given: keys come from one source/],
  [{ publicKey: ec.pem, jwks }, 'jwks', /and "publicKey" are both given/],
  [{ jwksUri: 'https://x.test', key: () => undefined }, 'key', /and "jwksUri" are both given/],
  [
    { secret: undefined },
    'secret',
    /is given, but undefined: set it \(an environment variable may be missing\)/,
  ],
  [{ publicKey: undefined }, 'publicKey', /is given, but undefined/],
  [{ jwks: undefined }, 'jwks', /is given, but undefined/],
  [{ key: undefined }, 'key', /is given, but undefined/],
  [{ secret: undefined, jwks }, 'secret', /is given, but undefined/],
  [{ key: 'secret' }, 'key', /must be a function/],
  [{ key: null }, 'key', /must be a function/],
  [{ keyServer: null }, 'keyServer', /must be an object/],
  [{ keyServer: [] }, 'keyServer', /must be an object/],
  [{ keyServer: 5 }, 'keyServer', /must be an object/],
  [{ keyServer: { maxage: 5 } }, 'keyServer.maxage', /does not exist/],
  [{ keyServer: { maxAge: 0 } }, 'keyServer.maxAge', /must be a number of seconds, 1 or more/],
  [{ keyServer: { maxAge: '600' } }, 'keyServer.maxAge', /must be a number of seconds/],
  [{ keyServer: { staleIfError: -1 } }, 'keyServer.staleIfError', /must be a number of seconds, 0 or more/],
  [{ keyServer: { cooldown: 0 } }, 'keyServer.cooldown', /must be a number of seconds, 1 or more/],
  [{ keyServer: { timeout: 0 } }, 'keyServer.timeout', /from 0.001 to 300/],
  [{ keyServer: { timeout: Number.NaN } }, 'keyServer.timeout', /must be a number of seconds/],
  [{ keyServer: { maxBytes: Infinity } }, 'keyServer.maxBytes', /must be a number of bytes/],
  [{ dangerouslyAllowHttp: true }, 'dangerouslyAllowHttp', /must be a string or a list/],
  [{ fetch: 'fetch' }, 'fetch', /must be a function/],
  [{ algorithms: [] }, 'algorithms', /must be a list of one or more algorithms/],
  [{ algorithms: 'ES256' }, 'algorithms', /must be a list of one or more algorithms/],
  [{ algorithms: ['none'] }, 'algorithms', /contains "none", which is not supported/],
  [{ algorithms: ['es256'] }, 'algorithms', /contains "es256", which is not supported/],
  [{ algorithms: ['ES256K'] }, 'algorithms', /contains "ES256K", which is not supported/],
  [{ algorithms: ['constructor'] }, 'algorithms', /contains "constructor", which is not supported/],
  [{ algorithms: [undefined] }, 'algorithms', /contains undefined, which is not supported/],
  [{ algorithms: ['HS256', 'RS256'] }, 'algorithms', /mixes shared-secret \(HS\) and public-key algorithms/],
  [{ algorithms: ['HS256', 'RS256'], secret }, 'algorithms', /mixes shared-secret/],
  [{ algorithms: ['HS256', 'ES256'], key: () => undefined }, 'algorithms', /mixes shared-secret/],
  [{ algorithms: ['RS256'], secret }, 'algorithms', /RS256 needs a public key, but "secret" is given/],
  [{ algorithms: ['HS256'] }, 'algorithms', /HMAC requires "secret", but the keys come from "issuer"/],
  [{ algorithms: ['HS256'], jwks }, 'algorithms', /HMAC requires "secret", but the keys come from "jwks"/],
  [{ algorithms: ['HS256'], publicKey: ec.pem }, 'algorithms', /but the keys come from "publicKey"/],
  [{ profile: 'rfc9069' }, 'profile', /must be "rfc9068" or absent/],
  [
    { profile: 'rfc9068', accept: 'id_token' },
    'profile',
    /is for access tokens only: remove "profile" or "accept"/,
  ],
  [{ accept: 'refresh_token' }, 'accept', /must be "access_token" or "id_token"/],
  [{ clockTolerance: 301 }, 'clockTolerance', /must be a number of seconds, from 0 to 300/],
  [{ clockTolerance: -1 }, 'clockTolerance', /from 0 to 300/],
  [{ clockTolerance: '15' }, 'clockTolerance', /must be a number/],
  [{ clockTolerance: Number.NaN }, 'clockTolerance', /must be a number/],
  [{ clockTolerance: null }, 'clockTolerance', /must be a number/],
  [{ maxTokenAge: 0 }, 'maxTokenAge', /must be a number of seconds, 1 or more/],
  [{ maxTokenAge: '1h' }, 'maxTokenAge', /must be a number of seconds/],
  [{ dangerouslyAllowNoExpiry: 'false' }, 'dangerouslyAllowNoExpiry', /must be true or false/],
  [{ maxTokenLength: 255 }, 'maxTokenLength', /from 256 to 65536/],
  [{ maxTokenLength: 65_537 }, 'maxTokenLength', /from 256 to 65536/],
  [{ scopesFrom: '' }, 'scopesFrom', /must be the name of a claim/],
  [{ scopesFrom: 'a..b' }, 'scopesFrom', /must be the name of a claim/],
  [{ rolesFrom: [['a', 5]] }, 'rolesFrom', /must be the name of a claim/],
  [{ rolesFrom: null }, 'rolesFrom', /must be the name of a claim/],
  [{ rolesFrom: [[]] }, 'rolesFrom', /must be the name of a claim/],
  [{ isRevoked: true }, 'isRevoked', /must be a function/],
  [{ cookie: true }, 'origin', /is required with "cookie": give the origin of your pages/],
  [{ cookie: true, origin: [] }, 'origin', /is an empty list: give the origin of your pages/],
  [{ ...cookie, cookie: 'access' }, 'cookie', /"access" lacks the prefix "__Host-"/],
  [{ ...cookie, cookie: '__host-access' }, 'cookie', /lacks the prefix/],
  [{ ...cookie, cookie: '' }, 'cookie', /must be true or the name of a cookie/],
  [{ ...cookie, cookie: '__Host-a b' }, 'cookie', /must be true or the name of a cookie/],
  [{ ...cookie, cookie: '__Host-a;' }, 'cookie', /must be true or the name of a cookie/],
  [{ ...cookie, cookie: 1 }, 'cookie', /must be true or the name of a cookie/],
  [
    { ...cookie, origin: 'app.test' },
    'origin',
    /"app.test" is not an origin: write "https:\/\/app.example.com"/,
  ],
  [{ ...cookie, origin: 'null' }, 'origin', /is not an origin/],
  [{ ...cookie, origin: '*' }, 'origin', /is not an origin/],
  [{ ...cookie, origin: 'https://*.app.test' }, 'origin', /contains a wildcard: list each origin/],
  [
    { ...cookie, origin: 'https://app.test/' },
    'origin',
    /is not in the form that browsers send: write "https:\/\/app.test"/,
  ],
  [{ ...cookie, origin: 'https://app.test:443' }, 'origin', /write "https:\/\/app.test"/],
  [{ ...cookie, origin: 'https://APP.test' }, 'origin', /write "https:\/\/app.test"/],
  [{ ...cookie, origin: 'http://app.test' }, 'origin', /is not https: serve it over https/],
  [{ ...cookie, origin: 'http://localhost:3000' }, 'origin', /for development set insecureLocalhost: true/],
  [{ ...cookie, origin: 'http://app.test', insecureLocalhost: true }, 'origin', /serve it over https/],
  [{ ...cookie, origin: 'ftp://app.test' }, 'origin', /is not https/],
  [{ ...cookie, origin: ['https://app.test', 5] }, 'origin', /must be a string or a list/],
  [{ ...cookie, allowedOrigins: ['*'] }, 'allowedOrigins', /is not an origin/],
  [
    { ...cookie, allowedOrigins: ['https://app.test/x'] },
    'allowedOrigins',
    /is not in the form that browsers send/,
  ],
  [{ ...cookie, csrfSecrets: [] }, 'csrfSecrets', /must be a list of secrets/],
  [{ ...cookie, csrfSecrets: 'x'.repeat(40) }, 'csrfSecrets', /must be a list of secrets/],
  [{ ...cookie, csrfSecrets: ['short'] }, 'csrfSecrets', /has 5 bytes, which is too short/],
  [{ ...cookie, insecureLocalhost: 'yes' }, 'insecureLocalhost', /must be true or false/],
  [
    { ...cookie, dangerouslyAllowUnprefixedCookie: 1 },
    'dangerouslyAllowUnprefixedCookie',
    /must be true or false/,
  ],
  [{ origin: 'https://app.test' }, 'origin', /has no effect without "cookie"/],
  [
    { cookie: false, allowedOrigins: ['https://app.test'] },
    'allowedOrigins',
    /has no effect without "cookie"/,
  ],
  [{ csrfSecrets: [secret] }, 'csrfSecrets', /has no effect without "cookie"/],
  [{ insecureLocalhost: 'yes' }, 'insecureLocalhost', /must be true or false/],
  [{ dangerouslyAllowUnprefixedCookie: 'yes' }, 'dangerouslyAllowUnprefixedCookie', /must be true or false/],
  [{ dangerouslyReadQuery: true }, 'dangerouslyReadQuery', /must be a string/],
  [{ dangerouslyReadQuery: '' }, 'dangerouslyReadQuery', /must be the name of a parameter/],
  [{ optional: 'false' }, 'optional', /must be true or false/],
  [{ optional: 0 }, 'optional', /must be true or false/],
  [{ exposeToken: 'no' }, 'exposeToken', /must be true or false/],
  [{ realm: 'a"b' }, 'realm', /must be printable ASCII, not empty, without quotes and backslashes/],
  [{ realm: 'a\r\nSet-Cookie: x' }, 'realm', /must be printable ASCII/],
  [{ realm: 'é' }, 'realm', /must be printable ASCII/],
  [{ realm: '' }, 'realm', /must be printable ASCII/],
  [{ realm: 5 }, 'realm', /must be a string/],
  [{ now: Date.now() }, 'now', /must be a function/],
]

describe('a mistake in the options', () => {
  it.each(mistakes)('%o is an error at start that names %s and the remedy', (options, option, remedy) => {
    const error = optionError(options)
    expect(error.option).toBe(option)
    expect(error.message).toMatch(remedy)
    expect(error.message).toMatch(
      new RegExp(`^countersign: option "${option.replace('.', String.raw`\.`)}" `),
    )
    expect(error).toBeInstanceOf(TypeError)
  })

  it.each<[unknown, string]>([
    [undefined, 'is missing: give at least { issuer, audience }'],
    [null, 'must be an object, got null'],
    ['https://idp.test', 'must be an object, got a string'],
    [5, 'must be an object, got a number'],
    [[base], 'must be an object, got a list'],
    [() => base, 'must be an object, got a function'],
    [Promise.resolve(base), 'must be an object, got a promise: await it'],
  ])('options that are %o are one, of authenticators and gates', (options, message) => {
    for (const create of [createAuthenticator, createGate]) {
      const error = thrownBy(() => create(options as AuthenticatorOptions))
      expect(error.message).toBe(`countersign: option "options" ${message}`)
    }
  })
})

describe('right options', () => {
  it.each<[Partial<AuthenticatorOptions>]>([
    [{}],
    [{ secret }],
    [{ secret: [secret, randomBytes(32)] }],
    [{ secret: randomBytes(64), algorithms: ['HS256', 'HS512'] }],
    [{ key: () => undefined, algorithms: ['HS256'] }],
    [{ jwks, algorithms: ['ES256', 'ES256'] }],
    [{ audience: null, clientId: 'app' }],
    [{ ...cookie }],
    [{ ...cookie, cookie: '__Host-session' }],
    [{ ...cookie, cookie: 'session', dangerouslyAllowUnprefixedCookie: true }],
    [{ ...cookie, origin: ['https://a.test', 'https://b.test:8443'], allowedOrigins: ['https://c.test'] }],
    [{ ...cookie, origin: 'http://localhost:3000', insecureLocalhost: true }],
    [{ cookie: 'session', origin: 'http://127.0.0.1:3000', insecureLocalhost: true }],
    [{ ...cookie, csrfSecrets: [secret] }],
    [{ cookie: false }],
    [{ clockTolerance: 0 }],
    [{ clockTolerance: 300, maxTokenAge: 1, maxTokenLength: 65_536 }],
    [{ scopesFrom: ['permissions', ['a.b', 'c']], rolesFrom: 'realm_access.roles' }],
    [{ realm: 'my api' }],
    [{ issuer: 'not a url', secret }],
  ])('%o make an authenticator', (options) => {
    const authenticator = createAuthenticator({ ...base, ...options })
    expect(Object.isFrozen(authenticator)).toBe(true)
    expect(Object.isFrozen(authenticator.policy)).toBe(true)
  })

  it('are copied: changing them afterwards changes nothing', () => {
    const audience = ['https://api.test']
    const origin = ['https://app.test']
    const { policy } = createAuthenticator({ ...base, audience, jwks, cookie: true, origin })
    audience.push('https://evil.test')
    origin.push('https://evil.test')
    expect(policy.issuers.get(base.issuer)!.claims.audience).toEqual(new Set(['https://api.test']))
    expect(policy.cookie!.origins).toEqual(new Set(['https://app.test']))
  })

  it('default to the safe side', () => {
    const { policy } = createAuthenticator(base)
    expect(policy).toMatchObject({
      token: { maxTokenLength: 16_384 },
      credential: { sources: { cookie: undefined, query: undefined } },
      cookie: undefined,
      optional: false,
      exposeToken: false,
    })
    const entryOf = (made: typeof policy) => made.issuers.get(base.issuer)!
    expect(entryOf(policy).claims).toMatchObject({
      clockTolerance: 15,
      maxTokenAge: undefined,
      requireExpiry: true,
    })
    expect([...entryOf(policy).algorithms].filter((name) => /^HS|none/i.test(name))).toEqual([])
    expect([...entryOf(createAuthenticator({ ...base, secret }).policy).algorithms]).toEqual(['HS256'])
  })
})

describe('insecureLocalhost', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('is an error where NODE_ENV is production', () => {
    const options = { ...cookie, origin: 'http://localhost:3000', insecureLocalhost: true }
    vi.stubEnv('NODE_ENV', 'production')
    expect(optionError(options).message).toMatch(/"insecureLocalhost" is for development/)
    vi.stubEnv('NODE_ENV', 'development')
    expect(createAuthenticator({ ...base, ...options }).policy.cookie!.origins.size).toBe(1)
  })
})

describe('an OptionError', () => {
  it('names the option as data, too', () => {
    const error = new OptionError('secret', 'is wrong')
    expect(error).toMatchObject({
      name: 'OptionError',
      option: 'secret',
      message: 'countersign: option "secret" is wrong',
    })
  })
})
