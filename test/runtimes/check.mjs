// @ts-nocheck -- it runs as it stands, in a project without TypeScript
// Runs wherever there is WebCrypto: the gate of core, and the middleware of Hono, with tokens that jose signs. Throws
// where an answer is wrong.
import { createAuthenticator, createGate, role, scope } from '@countersign/core'
import { jwtAuth, requireScopes } from '@countersign/hono'
import { Hono } from 'hono'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose'

const issuer = 'https://idp.test'
const audience = 'https://api.test'

/** @param {import('jose').CryptoKey | Uint8Array} key */
const sign = (alg, key, { kid, ...claims } = {}) =>
  new SignJWT({ scope: 'orders:read', ...claims })
    .setProtectedHeader({ alg, ...(kid && { kid }) })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('user-1')
    .setIssuedAt()
    .setExpirationTime(claims.exp ?? '5m')
    .sign(key)

function expectEqual(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: expected ${expected}, got ${actual}`)
}

async function answer(gate, token, init = {}, requirement) {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...init.headers }
  const request = new Request('https://api.test/orders', { ...init, headers })
  const { response, principal } = await gate.authenticate(request, requirement)
  if (response === undefined) return principal.subject
  return `${response.status} ${(await response.json()).code}`
}

function tampered(token) {
  const [header, payload, signature] = token.split('.')
  const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
  const forged = btoa(JSON.stringify({ ...claims, sub: 'admin' }))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
  return `${header}.${forged.replaceAll('=', '')}.${signature}`
}

async function checkAlgorithms() {
  for (const alg of ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519']) {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
    const token = await sign(alg, privateKey)
    const forms = { JWK: await exportJWK(publicKey), PEM: await exportSPKI(publicKey), CryptoKey: publicKey }
    for (const [form, key] of Object.entries(forms)) {
      const gate = createGate({ issuer, audience, publicKey: key })
      expectEqual(await answer(gate, token), 'user-1', `${alg}, ${form}`)
      expectEqual(await answer(gate, token), 'user-1', `${alg}, ${form}, remembered`)
      expectEqual(await answer(gate, tampered(token)), '401 signature_invalid', `${alg}, ${form}, tampered`)
    }
  }
  const secret = crypto.getRandomValues(new Uint8Array(64))
  for (const alg of ['HS256', 'HS384', 'HS512']) {
    const gate = createGate({ issuer, audience, secret, algorithms: [alg] })
    expectEqual(await answer(gate, await sign(alg, secret)), 'user-1', alg)
    expectEqual(await answer(gate, tampered(await sign(alg, secret))), '401 signature_invalid', alg)
  }
}

async function checkRefusals() {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const options = { issuer, audience, publicKey: jwk, cookie: true, origin: 'https://app.test' }
  const gate = createGate(options)
  const token = await sign('ES256', privateKey)
  expectEqual(await answer(gate), '401 credential_missing', 'no token')
  expectEqual(await answer(gate, `${token}=`), '401 token_malformed', 'padding')
  expectEqual(await answer(gate, await sign('ES256', privateKey, { exp: 1 })), '401 token_expired', 'expired')
  expectEqual(await answer(gate, token, {}, scope('orders:read')), 'user-1', 'scope')
  expectEqual(await answer(gate, token, {}, role('admin')), '403 role_insufficient', 'role')
  const post = (headers) => ({ method: 'POST', headers: { cookie: `__Host-access=${token}`, ...headers } })
  expectEqual(await answer(gate, undefined, post({ origin: 'https://app.test' })), 'user-1', 'own origin')
  const foreign = post({ origin: 'https://evil.test' })
  expectEqual(await answer(gate, undefined, foreign), '403 cross_site_rejected', 'foreign origin')
}

async function checkKeyServer() {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  let down = false
  const gate = createGate({
    issuer,
    audience,
    jwksUri: 'https://idp.test/jwks',
    fetch: async () => (down ? new Response('', { status: 502 }) : Response.json({ keys: [jwk] })),
  })
  await gate.authenticator.ready()
  expectEqual(await answer(gate, await sign('RS256', privateKey, { kid: 'k1' })), 'user-1', 'key set')
  down = true
  expectEqual(
    await answer(gate, await sign('RS256', privateKey, { kid: 'k1' })),
    'user-1',
    'known key, server down',
  )
  expectEqual(
    await answer(gate, await sign('RS256', privateKey, { kid: 'k2' })),
    '401 key_unknown',
    'unknown key',
  )
}

/** The two engines differ in this: only Node's reads PKCS#1. */
function checkEngine() {
  let message = ''
  try {
    const publicKey = '-----BEGIN RSA PUBLIC KEY-----\nMA==\n-----END RSA PUBLIC KEY-----'
    createAuthenticator({ issuer, audience, publicKey })
  } catch (error) {
    message = error.message
  }
  expectEqual(message.includes('(SPKI)'), true, `the web engine is not the one that runs: ${message}`)
}

async function checkHono() {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const app = new Hono()
  app.get('/health', (c) => c.text('ok'))
  app.use(
    jwtAuth({
      issuer,
      audience,
      publicKey: await exportJWK(publicKey),
      cookie: true,
      origin: 'https://app.test',
    }),
  )
  app.all('/me', (c) => c.text(c.var.auth.subject))
  app.get('/raw', () => new Response('raw'))
  app.get('/admin', requireScopes('admin'), (c) => c.text('let in'))
  const token = await sign('ES256', privateKey)
  const bearer = { authorization: `Bearer ${token}` }
  const cookie = { cookie: `__Host-access=${token}` }
  const foreign = { origin: 'https://evil.test' }
  /** @type {[string, string, Record<string, string>, number, string, string | null][]} */
  const rows = [
    ['GET', '/health', {}, 200, 'ok', null],
    ['GET', '/me', {}, 401, 'credential_missing', 'no-store'],
    ['GET', '/me', bearer, 200, 'user-1', null],
    ['GET', '/me', { authorization: `Bearer ${tampered(token)}` }, 401, 'signature_invalid', 'no-store'],
    ['GET', '/admin', bearer, 403, 'scope_insufficient', 'no-store'],
    ['GET', '/me', cookie, 200, 'user-1', 'no-store'],
    ['GET', '/raw', cookie, 200, 'raw', 'no-store'],
    ['POST', '/me', { ...cookie, ...foreign }, 403, 'cross_site_rejected', 'no-store'],
  ]
  for (const [method, path, headers, status, expected, cacheControl] of rows) {
    const request = new Request(`https://api.test${path}`, { method, headers })
    const response = await app.fetch(request, {}, { waitUntil() {}, passThroughOnException() {} })
    const text = await response.text()
    const what = `Hono, ${method} ${path}, ${Object.keys(headers).join()}`
    expectEqual(response.status, status, what)
    expectEqual(status === 200 ? text : JSON.parse(text).code, expected, what)
    expectEqual(response.headers.get('cache-control'), cacheControl, what)
  }
}

export async function check() {
  checkEngine()
  await checkAlgorithms()
  await checkRefusals()
  await checkKeyServer()
  await checkHono()
}
