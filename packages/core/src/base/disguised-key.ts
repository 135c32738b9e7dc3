import { fromBase64url } from './base64url.ts'

/** What kind of key the bytes of a would-be secret really are, if they are one. */
export function disguisedKey(bytes: Uint8Array): string | undefined {
  // Only the bytes' ASCII skeleton counts: BOMs, control bytes, comments and line breaks hide nothing.
  const text = Array.from(bytes.subarray(0, 65_536), (byte) =>
    byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '',
  ).join('')
  if (/-----BEGIN/i.test(text)) return 'a PEM key or certificate'
  if (/^ssh-(rsa|ed25519)|^ecdsa-sha2-/.test(text)) return 'an SSH public key'
  if (/"kty":"|"keys":\[/.test(text)) return 'a JWK or JWKS'
  if (isDer(bytes) || isDerInBase64(text)) return 'a DER-encoded key or certificate'
  return undefined
}

/** A PEM without its armour, which is how Keycloak's console shows the key of a realm. */
function isDerInBase64(text: string): boolean {
  const match = /^(M[\w+/-]+)={0,2}$/.exec(text)
  return match !== null && match[1]!.length % 4 !== 1 && isDer(fromBase64url(match[1]!))
}

/** A DER SEQUENCE (0x30) that is exactly as long as it says: no random secret looks like this by chance. */
function isDer(bytes: Uint8Array): boolean {
  if (bytes.length < 32 || bytes[0] !== 0x30) return false
  const first = bytes[1]!
  if (first < 0x80) return bytes.length === first + 2 && isShortKey(bytes)
  const count = first & 0x7f
  if (count === 0 || count > 3) return false
  let length = 0
  for (let i = 0; i < count; i++) length = length * 256 + bytes[2 + i]!
  return bytes.length === 2 + count + length
}

/**
 * Two bytes of tag and length are no proof: one random secret of 65 536 begins like this. Keys on curves, the only ones
 * so short, go on with SEQUENCE and OBJECT IDENTIFIER (RFC 5280 section 4.1), or with a version (RFC 5958 section 2).
 */
function isShortKey(bytes: Uint8Array): boolean {
  return bytes[2] === 0x30 ? bytes[4] === 0x06 : bytes[2] === 0x02 && bytes[3] === 0x01
}
