import { OptionError } from '../policy/option-error.ts'

const utf8 = new TextEncoder()
const MIN_DISTINCT_BYTES = 8

/**
 * The bytes of a shared secret, or an error that says what is wrong with it. Text is taken as UTF-8.
 * A public key given as a secret is the classic way to let anybody sign (threats A2 to A4), so whatever looks like one
 * is refused, however it is dressed up.
 *
 * @param option the option's name, for the message
 * @param minBytes RFC 7518 section 3.2: at least the length of the hash
 */
export function secretBytes(secret: unknown, option: string, minBytes: number): Uint8Array<ArrayBuffer> {
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
    throw new OptionError(option, 'must be a string or a Uint8Array')
  }
  const bytes = typeof secret === 'string' ? utf8.encode(secret) : new Uint8Array(secret)
  const disguise = keyInDisguise(bytes)
  if (disguise !== undefined) {
    throw new OptionError(
      option,
      `holds ${disguise}: give it as "publicKey" or "jwks", or use random bytes here`,
    )
  }
  if (bytes.length < minBytes) {
    throw new OptionError(
      option,
      `has ${bytes.length} bytes, which is too short: use at least ${minBytes} random bytes (RFC 7518 section 3.2), ` +
        'for example from `openssl rand -base64 48`',
    )
  }
  if (new Set(bytes).size < MIN_DISTINCT_BYTES) {
    throw new OptionError(
      option,
      'repeats a few bytes only: use random bytes, for example from `openssl rand -base64 48`',
    )
  }
  return bytes
}

/** What kind of key the bytes really are, if they are one. */
function keyInDisguise(bytes: Uint8Array): string | undefined {
  // Only the bytes' ASCII skeleton counts: BOMs, control bytes, comments and line breaks hide nothing.
  const text = Array.from(bytes.subarray(0, 65_536), (byte) =>
    byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '',
  ).join('')
  if (/-----BEGIN/i.test(text)) return 'a PEM key or certificate'
  if (/^ssh-(rsa|ed25519)|^ecdsa-sha2-/.test(text)) return 'an SSH public key'
  if (/"kty":"|"keys":\[/.test(text)) return 'a JWK or JWKS'
  if (isDer(bytes)) return 'a DER-encoded key or certificate'
  return undefined
}

/** A DER SEQUENCE (0x30) whose length is exactly the rest: no random secret looks like this by chance. */
function isDer(bytes: Uint8Array): boolean {
  if (bytes.length < 32 || bytes[0] !== 0x30) return false
  const first = bytes[1]!
  if (first < 0x80) return bytes.length === first + 2
  const count = first & 0x7f
  if (count === 0 || count > 3) return false
  let length = 0
  for (let i = 0; i < count; i++) length = length * 256 + bytes[2 + i]!
  return bytes.length === 2 + count + length
}
