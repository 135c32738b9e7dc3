import { PSS_ONLY, type Jwk } from '../engine/engine.ts'

/** Members that hold bytes (RFC 7518 section 6, RFC 8037 section 2). */
const BYTES: ReadonlySet<string> = new Set('n e x y k d p q dp dq qi'.split(' '))

/**
 * The members of a JWK: only its own, without those that are null, which some servers write for absent members, and
 * with bytes in canonical base64url. Unlike in a token, another spelling (padding, the alphabet of RFC 4648 section
 * 4) is harmless here: the key has one meaning only.
 */
export function readJwkMembers(jwk: Jwk): Jwk {
  const members = Object.create(null) as Record<string | typeof PSS_ONLY, unknown>
  if (Object.hasOwn(jwk, PSS_ONLY)) members[PSS_ONLY] = true
  for (const [name, value] of Object.entries(jwk)) {
    if (value === null || value === undefined) continue
    members[name] = BYTES.has(name) && typeof value === 'string' ? toBase64urlSpelling(value) : value
  }
  return members as Jwk
}

function toBase64urlSpelling(text: string): string {
  return text
    .replace(/={1,2}$/, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

/** Whether a value is a JWK, and not another key format: it has its own member `kty`. */
export function isJwk(value: unknown): value is Jwk {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'kty')
}
