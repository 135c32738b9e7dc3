import { fromBase64url } from './base64url.ts'

/** The key format of bytes that are given as a secret, or `undefined` if they are not a key. */
export function keyFormatOf(bytes: Uint8Array): string | undefined {
  // Only visible ASCII characters count: BOMs, control bytes and line breaks cannot hide a key.
  const text = Array.from(bytes.subarray(0, 65_536), (byte) =>
    byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '',
  ).join('')
  if (/-----BEGIN/i.test(text)) return 'a PEM key or certificate'
  if (/^ssh-(rsa|ed25519)|^ecdsa-sha2-/.test(text)) return 'an SSH public key'
  if (/"kty":"|"keys":\[/.test(text)) return 'a JWK or JWKS'
  if (isDer(bytes) || isDerInBase64(text)) return 'a DER-encoded key or certificate'
  return undefined
}

/** A PEM without its first and last line. Keycloak's console shows the key of a realm like this. */
function isDerInBase64(text: string): boolean {
  const match = /^(M[\w+/-]+)={0,2}$/.exec(text)
  return match !== null && match[1]!.length % 4 !== 1 && isDer(fromBase64url(match[1]!))
}

/** A DER SEQUENCE (0x30) whose length field is exactly right: a random secret does not look like this by chance. */
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
 * Two bytes of tag and length prove nothing: one random secret of 65 536 begins like this. Only keys on curves are so
 * short. They continue with SEQUENCE and OBJECT IDENTIFIER (RFC 5280 section 4.1), or with a version (RFC 5958
 * section 2).
 */
function isShortKey(bytes: Uint8Array): boolean {
  return bytes[2] === 0x30 ? bytes[4] === 0x06 : bytes[2] === 0x02 && bytes[3] === 0x01
}
