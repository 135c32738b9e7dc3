// Runs one way of issuing tokens: `issue-worker.mjs <name of ISSUERS> <algorithm>`.
import {
  createHmac,
  createPublicKey,
  createSecretKey,
  createVerify,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import { serveTasks } from './processes.mjs'
import { AUDIENCE, ISSUER, KID } from './tokens.mjs'

const [name, algorithm] = process.argv.slice(2)

/** RSA keys have the same length as those of our ring. */
const KEY_TYPES = {
  RS256: ['rsa', { modulusLength: 3072 }],
  PS256: ['rsa', { modulusLength: 3072 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519', {}],
}

const secret = randomBytes(32).toString('base64url')
const pair = algorithm === 'HS256' ? undefined : generateKeyPairSync(...KEY_TYPES[algorithm])

/** The claims of every token; each token has its own `iat`, `exp` and `jti`. */
const SUBJECT = 'auth|65a1f0c2b700004711'
const PRIVATE_CLAIMS = { org: 'acme-industries-europe', email: 'somebody@customers.example.com' }
const REST = {
  client_id: 'web-shop-frontend-7c31',
  scope: 'openid profile email orders:read orders:write',
  roles: ['customer', 'reviewer'],
  ...PRIVATE_CLAIMS,
}

function claims() {
  const iat = Math.floor(Date.now() / 1000)
  return { iss: ISSUER, sub: SUBJECT, aud: AUDIENCE, ...REST, iat, exp: iat + 600, jti: randomUUID() }
}

const SIGNERS = {
  HS256: () => {
    const key = createSecretKey(Buffer.from(secret))
    return (input) => createHmac('sha256', key).update(input).digest('base64url')
  },
  RS256: (key) => (input) => sign('sha256', Buffer.from(input, 'latin1'), key).toString('base64url'),
  PS256: (key) => (input) =>
    sign('sha256', Buffer.from(input, 'latin1'), { key, padding: 6, saltLength: 32 }).toString('base64url'),
  // DER, rewritten here, is faster on this release than `dsaEncoding: 'ieee-p1363'`.
  ES256: (key) => (input) => toRaw(sign('sha256', Buffer.from(input, 'latin1'), key)).toString('base64url'),
  EdDSA: (key) => (input) => sign(null, Buffer.from(input, 'latin1'), key).toString('base64url'),
}

function toRaw(der) {
  const raw = Buffer.alloc(64)
  const first = 4 + der[3]
  der.copy(raw, 32 - Math.min(32, der[3]), first - Math.min(32, der[3]), first)
  const length = Math.min(32, der[first + 1])
  der.copy(raw, 64 - length, der.length - length)
  return raw
}

const ISSUERS = {
  async raw() {
    const signInput = SIGNERS[algorithm](pair?.privateKey)
    const header = Buffer.from(JSON.stringify({ alg: algorithm, typ: 'at+jwt', kid: KID })).toString(
      'base64url',
    )
    return () => {
      const input = `${header}.${Buffer.from(JSON.stringify(claims())).toString('base64url')}`
      return `${input}.${signInput(input)}`
    }
  },
  async countersign() {
    const { createIssuer } = await import('@countersign/issuer')
    const { memoryStore } = await import('@countersign/stores')
    const keys =
      algorithm === 'HS256' ? { secret } : { store: memoryStore({ dangerouslyAllowInProduction: true }) }
    const issuer = createIssuer({ issuer: ISSUER, algorithm, ...keys })
    const { scope, roles, client_id: clientId } = REST
    const input = { subject: SUBJECT, audience: AUDIENCE, clientId, scope, roles, claims: PRIVATE_CLAIMS }
    published = async () => (await issuer.jwks()).keys[0]
    return async () => (await issuer.accessToken(input)).token
  },
  async jose() {
    const { SignJWT } = await import('jose')
    const key = pair?.privateKey ?? Buffer.from(secret)
    const header = { alg: algorithm, typ: 'at+jwt', kid: KID }
    return () => new SignJWT(claims()).setProtectedHeader(header).sign(key)
  },
  async 'fast-jwt'() {
    const { createSigner } = await import('fast-jwt')
    const key = pair?.privateKey.export({ type: 'pkcs8', format: 'pem' }) ?? secret
    return createSigner({ key, algorithm, kid: KID, header: { typ: 'at+jwt' } })
  },
  async jsonwebtoken() {
    const { default: jwt } = await import('jsonwebtoken')
    const key = pair?.privateKey ?? createSecretKey(Buffer.from(secret))
    return (payload) => jwt.sign(payload, key, { algorithm, header: { typ: 'at+jwt', kid: KID } })
  },
}
// These two receive the claims.
const takesClaims = name === 'fast-jwt' || name === 'jsonwebtoken'
/** The public key, if the issuer made it. */
let published = async () => undefined
let issue

serveTasks({
  async setUp() {
    const made = await ISSUERS[name]()
    issue = takesClaims ? () => made(claims()) : made
  },

  /** Checks, before the measurement, that tokens verify and have the same claims as those of the others. */
  async check() {
    const token = await issue()
    const [header, payload, signature] = token.split('.')
    const jwk = await published()
    const key = jwk === undefined ? pair?.publicKey : createPublicKey({ key: jwk, format: 'jwk' })
    const input = Buffer.from(`${header}.${payload}`)
    if (!isGood(input, Buffer.from(signature, 'base64url'), key))
      throw new Error(`${name}: the signature is bad`)
    const said = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const missing = Object.keys(claims()).filter((claim) => said[claim] === undefined)
    if (missing.length > 0) throw new Error(`${name}: ${missing.join(', ')} missing`)
  },

  async warmUp(size, milliseconds) {
    const end = performance.now() + milliseconds
    while (performance.now() < end) await run(size)
  },

  /** One batch. @returns wall and CPU time of one token, in microseconds */
  run,
})

function isGood(input, signature, key) {
  if (algorithm === 'HS256') {
    const mac = createHmac('sha256', secret).update(input).digest()
    return mac.length === signature.length && timingSafeEqual(mac, signature)
  }
  if (algorithm === 'EdDSA') return verify(null, input, key, signature)
  if (algorithm === 'ES256') return verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature)
  if (algorithm === 'PS256') return verify('sha256', input, { key, padding: 6, saltLength: 32 }, signature)
  return createVerify('sha256').update(input).verify(key, signature)
}

async function run(size) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  let length = 0
  for (let i = 0; i < size; i++) {
    const token = issue()
    length += (typeof token === 'string' ? token : await token).length
  }
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { wall: (wall * 1000) / size, cpu: (user + system) / size, length: Math.round(length / size) }
}
