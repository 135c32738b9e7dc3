import { createHmac, createPublicKey, generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto'

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

type Json = Record<string, unknown>

function decode(segment: string): Json {
  return JSON.parse(Buffer.from(segment, 'base64url').toString('utf8')) as Json
}

function parts(token: string): { header: Json; payload: Json; rest: string[] } {
  const rest = token.split('.')
  return { header: decode(rest[0] ?? ''), payload: decode(rest[1] ?? ''), rest }
}

/** The same claims, without a signature. */
export function unsigned(token: string): string {
  return `${encode({ ...parts(token).header, alg: 'none' })}.${encode(parts(token).payload)}.`
}

/** The same claims, signed with HMAC: the secret is the public key, which everybody knows. */
export function signedWithPublicKey(token: string, jwk: JsonWebKey): string {
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const input = `${encode({ ...parts(token).header, alg: 'HS256' })}.${encode(parts(token).payload)}`
  return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`
}

/** Other claims under the old signature. */
export function tampered(token: string): string {
  const { payload, rest } = parts(token)
  return `${rest[0]}.${encode({ ...payload, sub: 'administrator' })}.${rest[2]}`
}

/** The same claims, well signed, by an issuer that nobody trusts. */
export function fromForeignIssuer(token: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { header, payload } = parts(token)
  const input = `${encode({ ...header, alg: 'ES256' })}.${encode({ ...payload, iss: 'https://evil.example' })}`
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}
