// Keys and tokens for one algorithm. Workers get the tokens as one file. Each batch makes new strings from it, because a
// string that was hashed before makes every Map look faster.
import {
  constants,
  createHmac,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

export const ISSUER = 'https://idp.example.com/tenants/4f1c'
export const AUDIENCE = 'https://api.example.com/orders'
export const KID = 'bench-2026-11'

const KEY_TYPES = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519', {}],
}

/** Key material as plain data, so that it can be sent to workers. */
export function createKey(algorithm, kid = KID) {
  if (algorithm === 'HS256') return { algorithm, kid, secret: randomBytes(32).toString('base64url') }
  const { publicKey, privateKey } = generateKeyPairSync(...KEY_TYPES[algorithm])
  return {
    algorithm,
    kid,
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    pem: publicKey.export({ type: 'spki', format: 'pem' }),
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' },
  }
}

/** The setup of a contender: all data of the issuer, in every form that a contender may need. */
export function toSetup(key) {
  const common = { algorithm: key.algorithm, kid: key.kid, issuer: ISSUER, audience: AUDIENCE }
  if (key.secret !== undefined) {
    const secret = Buffer.from(key.secret) // the string itself is the secret, as UTF-8
    return { ...common, secret, secretText: key.secret, key: createSecretKey(secret) }
  }
  return { ...common, pem: key.pem, jwk: key.jwk, jwks: { keys: [key.jwk] }, key: createPublicKey(key.pem) }
}

const seconds = () => Math.floor(Date.now() / 1000)

/** Twelve claims. A token has about 720 characters with HS256, and about 1020 with RS256. */
export function claimsOf(i, changes = {}) {
  const id = String(i).padStart(8, '0')
  const now = seconds()
  return {
    iss: ISSUER,
    sub: `auth|65a1f0c2b7${id}`,
    aud: AUDIENCE,
    client_id: 'web-shop-frontend-7c31',
    iat: now - 60,
    nbf: now - 60,
    exp: now + 7200,
    jti: `b6c1d5ac-91f2-4e0d-9b3e-${id}${id.slice(0, 4)}`,
    scope: 'openid profile email orders:read orders:write',
    roles: ['customer', 'reviewer'],
    org: 'acme-industries-europe',
    email: `somebody.${id}@customers.example.com`,
    ...changes,
  }
}

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

export function createMint(key) {
  const header = encode({ alg: key.algorithm, typ: 'at+jwt', kid: key.kid })
  return (claims) => {
    const input = `${header}.${encode(claims)}`
    return `${input}.${signatureOf(key, input)}`
  }
}

function signatureOf({ algorithm, secret, privatePem }, input) {
  switch (algorithm) {
    case 'HS256':
      return createHmac('sha256', secret).update(input).digest('base64url')
    case 'RS256':
      return sign('sha256', Buffer.from(input), privatePem).toString('base64url')
    case 'PS256':
      return sign('sha256', Buffer.from(input), {
        key: privatePem,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      }).toString('base64url')
    case 'ES256':
      return sign('sha256', Buffer.from(input), { key: privatePem, dsaEncoding: 'ieee-p1363' }).toString(
        'base64url',
      )
    case 'EdDSA':
      return sign(null, Buffer.from(input), privatePem).toString('base64url')
    default:
      throw new Error(`no signer for ${algorithm}`)
  }
}

/** Changes one character in the middle of the signature: still canonical base64url, but wrong bytes. */
export function breakSignature(token) {
  const at = token.lastIndexOf('.') + 20
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}

export const DOTS_64K = '.'.repeat(65_536)
export const DOTS_8K = '.'.repeat(8192)
export const MEGABYTE = 'a'.repeat(1_048_576)
export const GARBAGE = 'this-is-not-a-token-but-somebody-sent-it'

/** Writes files of good tokens, and files of tokens that must be rejected. */
export function writeTokens(path, tokens) {
  writeFileSync(path, tokens.join('\n'), 'latin1')
  return path
}

/** Reads a file of tokens; each call makes new strings from its bytes. */
export function readTokens(path) {
  const bytes = readFileSync(path)
  const starts = [0]
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) starts.push(at + 1)
  const count = starts.length
  starts.push(bytes.length + 1)
  return {
    count,
    /** Makes a new string of the token at this index; after the last token comes the first. */
    at: (i) => bytes.latin1Slice(starts[i % count], starts[(i % count) + 1] - 1),
    batch: (from, size) =>
      Array.from({ length: size }, (_, i) => {
        const at = (from + i) % count
        return bytes.latin1Slice(starts[at], starts[at + 1] - 1)
      }),
  }
}
