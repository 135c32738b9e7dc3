import { createAuthenticator, type AuthenticatorOptions } from '@countersign/core'
import { createSigner, fakeClock, startKeyServer } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { fakeKeyServer, type FakeKeyServer } from '../support/fake-key-server.ts'
import { base, resultOf } from '../support/authenticate.ts'
import { listenTo } from '../support/listen.ts'
import { optionError } from '../support/options.ts'

const OIDC = 'https://idp.test/.well-known/openid-configuration'
const RFC8414 = 'https://idp.test/.well-known/oauth-authorization-server'
const signer = createSigner({ alg: 'ES256', kid: 'k1' })

/** A server with these documents, by address; all else is 404. */
function serving(documents: Record<string, unknown>): FakeKeyServer {
  const server = fakeKeyServer()
  server.answer((url) => {
    const document = documents[url]
    if (document instanceof Response) return document
    return document === undefined ? new Response('{}', { status: 404 }) : Response.json(document)
  })
  return server
}

const jwks = { keys: [signer.jwk] }
const metadata = (jwksUri: unknown, issuer: unknown = base.issuer) => ({ issuer, jwks_uri: jwksUri })

/** The verdict on a good token, the addresses asked for, and why fetching failed. */
async function discover(documents: Record<string, unknown>, options: Partial<AuthenticatorOptions> = {}) {
  const server = serving(documents)
  const authenticator = createAuthenticator({ ...base, fetch: server.fetch, ...options })
  const events = listenTo('countersign:keys:failed')
  const issuer = options.issuer ?? base.issuer
  const said = await resultOf(authenticator, signer.token({ iss: issuer }))
  const causes = events.stop().map(({ cause }) => (cause as Error).message)
  return { said, causes, requests: server.requests }
}

describe('discovery', () => {
  it('reads the metadata of OpenID Connect, then the key set', async () => {
    const documents = { [OIDC]: metadata('https://keys.test/set'), 'https://keys.test/set': jwks }
    expect(await discover(documents)).toEqual({
      said: 'authenticated',
      causes: [],
      requests: [OIDC, 'https://keys.test/set'],
    })
  })

  it('reads the metadata of RFC 8414 where there are none of OpenID Connect', async () => {
    const documents = { [RFC8414]: metadata('https://keys.test/set'), 'https://keys.test/set': jwks }
    expect(await discover(documents)).toEqual({
      said: 'authenticated',
      causes: [],
      requests: [OIDC, RFC8414, 'https://keys.test/set'],
    })
  })

  it.each([
    ['https://idp.test', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'],
    ['https://idp.test/', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'],
    [
      'https://idp.test/t/1',
      '/t/1/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/t/1',
    ],
    [
      'https://idp.test/t/1/',
      '/t/1/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/t/1',
    ],
  ])('of %s puts the well-known part where each specification wants it', async (issuer, oidc, rfc8414) => {
    const { said, requests } = await discover({}, { issuer })
    expect(said).toBe('503 keys_unavailable')
    expect(requests).toEqual([`https://idp.test${oidc}`, `https://idp.test${rfc8414}`])
  })

  it('that finds nothing in either place is 503, and names the first', async () => {
    const { said, causes } = await discover({})
    expect(said).toBe('503 keys_unavailable')
    expect(causes).toEqual([`${OIDC}: returned status 404`])
  })

  it('goes on to RFC 8414 only where the first answer says "not here"', async () => {
    for (const status of [500, 502, 503]) {
      const { requests, causes } = await discover({ [OIDC]: new Response('', { status }) })
      expect(requests).toEqual([OIDC])
      expect(causes).toEqual([`${OIDC}: returned status ${status}`])
    }
    expect.assertions(6)
  })

  it.each([
    ['a page', '<!doctype html><title>App</title>'],
    ['a page of 300 KB', '<!doctype html>'.padEnd(300_000)],
    ['an empty object', '{}'],
    ['a list', '[]'],
    ['nothing', ''],
    ['null', 'null'],
    ['a text', '"https://keys.test/set"'],
    ['half a document', '{"issuer":"https://idp.test","jwks_uri":'],
    ['no jwks_uri', JSON.stringify(metadata(undefined))],
    ['a jwks_uri that is null', JSON.stringify(metadata(null))],
    ['a jwks_uri that is no text', JSON.stringify(metadata(['https://keys.test/set']))],
    ['neither issuer nor jwks_uri', JSON.stringify({ error: 'not found' })],
    ['what is not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
  ])('[V-24] goes on to RFC 8414 where a 200 is no metadata: %s', async (_what, body) => {
    const found = { [RFC8414]: metadata('https://keys.test/set'), 'https://keys.test/set': jwks }
    const { said, requests } = await discover({ [OIDC]: new Response(body), ...found })
    expect(requests).toEqual([OIDC, RFC8414, 'https://keys.test/set'])
    expect(said).toBe('authenticated')
    const nowhere = await discover({ [OIDC]: new Response(body), [RFC8414]: new Response(body) })
    expect(nowhere.said).toBe('503 keys_unavailable')
    expect(nowhere.causes).toEqual([
      expect.stringMatching(/openid-configuration: returned (no|something|more)/),
    ])
  })

  it.each([
    ['https://evil.test'],
    ['https://idp.test/'],
    ['https://IDP.test'],
    [undefined],
    [null],
    [['https://idp.test']],
    [''],
  ])('[V-5] refuses metadata whose issuer is %j, and asks no further', async (issuer) => {
    const document = { issuer, jwks_uri: 'https://keys.test/set' }
    const { said, causes, requests } = await discover({ [OIDC]: document, 'https://keys.test/set': jwks })
    expect(said).toBe('503 keys_unavailable')
    expect(causes).toEqual([`${OIDC}: its "issuer" is not the configured one`])
    expect(requests).toEqual([OIDC])
  })

  it.each([
    ['http://127.0.0.1/set'],
    ['http://127.0.0.1:9200/set'],
    ['https://127.0.0.1/set'],
    ['https://127.8.9.1/set'],
    ['http://localhost/set'],
    ['https://localhost:8443/set'],
    ['http://LOCALHOST/set'],
    ['https://[::1]/set'],
    ['http://2130706433/set'],
    ['http://0x7f.1/set'],
    ['http://0177.0.0.1/set'],
    ['http://127.1/set'],
    ['http://169.254.169.254/latest/meta-data'],
    ['http://10.0.0.1/set'],
    ['http://0.0.0.0/set'],
    ['http://[::ffff:127.0.0.1]/set'],
    ['http://idp.test/set'],
    ['https://user@keys.test/set'],
    ['https://user:password@keys.test/set'],
    ['file:///etc/passwd'],
    ['data:application/json,{"keys":[]}'],
    ['ftp://keys.test/set'],
    ['javascript:alert(1)'],
    ['/set'],
    ['keys.test/set'],
    [''],
  ])('[V-14] refuses a jwks_uri of a public issuer that is %j: no request forgery', async (jwksUri) => {
    const { said, causes, requests } = await discover({ [OIDC]: metadata(jwksUri) })
    expect(said).toBe('503 keys_unavailable')
    expect(causes).toEqual([`${OIDC}: its "jwks_uri" is not allowed: https is required`])
    expect(requests).toEqual([OIDC])
  })

  it('lets http hosts that the policy names pass', async () => {
    const documents = { [OIDC]: metadata('http://keys.internal/set'), 'http://keys.internal/set': jwks }
    const options = { dangerouslyAllowHttp: ['keys.internal'] }
    expect((await discover(documents, options)).said).toBe('authenticated')
    expect((await discover(documents)).said).toBe('503 keys_unavailable')
  })

  it('is done once a day, and again after a failure, since the address may have moved', async () => {
    const clock = fakeClock()
    const documents: Record<string, unknown> = {
      [OIDC]: metadata('https://a.test/set'),
      'https://a.test/set': jwks,
    }
    const server = serving(documents)
    const authenticator = createAuthenticator({ ...base, fetch: server.fetch, now: clock.now })
    const ask = () =>
      resultOf(authenticator, signer.token({ iat: clock.seconds(), exp: clock.seconds() + 60 }))
    expect(await ask()).toBe('authenticated')
    clock.advance(3_600)
    expect(await ask()).toBe('authenticated')
    expect(server.requests).toEqual([OIDC, 'https://a.test/set', 'https://a.test/set'])

    documents[OIDC] = metadata('https://b.test/set')
    documents['https://b.test/set'] = jwks
    delete documents['https://a.test/set']
    server.requests.length = 0
    clock.advance(3_600)
    expect(await ask()).toBe('authenticated')
    clock.advance(1)
    expect(await ask()).toBe('authenticated')
    await expect(authenticator.ready()).resolves.toBeUndefined()
    expect(server.requests).toEqual(['https://a.test/set', OIDC, 'https://b.test/set'])

    server.requests.length = 0
    clock.advance(86_400)
    expect(await ask()).toBe('authenticated')
    expect(server.requests).toEqual([OIDC, 'https://b.test/set'])
  })

  it('works over a socket, from an issuer on loopback to its keys on loopback', async () => {
    const server = await startKeyServer(signer.jwk)
    const authenticator = createAuthenticator({ ...base, issuer: server.origin })
    expect(await resultOf(authenticator, signer.token({ iss: server.origin }))).toBe('authenticated')
    expect(server.requests).toEqual(['/.well-known/openid-configuration', '/jwks'])
    await server.stop()
  })
})

describe('an address of keys', () => {
  it.each([
    ['issuer', { issuer: 'http://idp.example.com' }],
    ['issuer', { issuer: 'http://127.0.0.1.evil.test' }],
    ['issuer', { issuer: 'http://localhost.evil.test' }],
    ['jwksUri', { jwksUri: 'http://idp.test/jwks' }],
    ['jwksUri', { jwksUri: new URL('http://idp.test/jwks') }],
    ['jwksUri', { jwksUri: 'http://idp.test/jwks', dangerouslyAllowHttp: ['other.test'] }],
  ])('[V-14] must be https: %s of %o is an error at start', (option, options) => {
    const error = optionError(options)
    expect(error.option).toBe(option)
    expect(error.message).toMatch(
      /must be https, since keys are fetched from it: use https, or name its host/,
    )
  })

  it.each([
    ['issuer', { issuer: 'my-issuer' }, /is not a URL and no key source is given: give "jwksUri", "jwks"/],
    ['jwksUri', { jwksUri: '/jwks' }, /"jwksUri" is not a URL: give one such as/],
    ['jwksUri', { jwksUri: '' }, /"jwksUri" is not a URL: give one such as/],
    ['jwksUri', { jwksUri: null }, /"jwksUri" is not a URL: give one such as/],
    ['jwksUri', { jwksUri: undefined }, /is given, but undefined/],
    ['issuer', { issuer: 'ftp://idp.test' }, /must be an https URL, .*: begin it with "https:\/\/"/],
    ['issuer', { issuer: 'idp.test:8080' }, /must be an https URL, .*: begin it with "https:\/\/"/],
    ['jwksUri', { jwksUri: 'file:///jwks.json' }, /must be an https URL/],
  ])('must be a URL: %s of %o is an error at start', (option, options, message) => {
    const error = optionError(options)
    expect(error.option).toBe(option)
    expect(error.message).toMatch(message)
  })

  it.each(['http://localhost:3000', 'http://127.0.0.1', 'http://127.9.9.9:80', 'http://[::1]:3000'])(
    'may be http on loopback: %s',
    (issuer) => {
      expect(createAuthenticator({ ...base, issuer }).policy.issuers.has(issuer)).toBe(true)
    },
  )

  it('may be http where the policy names the host', async () => {
    const server = fakeKeyServer(signer.jwk)
    const options = { jwksUri: 'http://keys.internal:8080/set', dangerouslyAllowHttp: ['keys.internal'] }
    expect(
      await resultOf(createAuthenticator({ ...base, ...options, fetch: server.fetch }), signer.token()),
    ).toBe('authenticated')
    expect(server.requests).toEqual(['http://keys.internal:8080/set'])
  })
})
