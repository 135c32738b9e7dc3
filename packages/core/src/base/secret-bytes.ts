import { optionFault, type Fault } from './assert-names.ts'
import { keyFormatOf } from './key-format.ts'

const utf8 = new TextEncoder()
const MIN_DISTINCT_BYTES = 8

/**
 * The bytes of a shared secret. Throws an error that says what is wrong with it. Text is encoded as UTF-8.
 * A public key given as a secret would let anyone sign tokens (threats A2 to A4). So a value that looks like a key,
 * in any format, is rejected.
 *
 * The type of its buffer is left open: TypeScript before 5.7 cannot read `Uint8Array<ArrayBuffer>` in declarations.
 *
 * @param option the option's name, for the message
 * @param minBytes RFC 7518 section 3.2: at least the length of the hash
 */
export function secretBytes(
  secret: unknown,
  option: string,
  minBytes: number,
  fault: Fault = optionFault,
): Uint8Array {
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
    throw fault(option, 'must be a string or a Uint8Array')
  }
  const bytes = typeof secret === 'string' ? utf8.encode(secret) : new Uint8Array(secret)
  const format = keyFormatOf(bytes)
  if (format !== undefined) {
    throw fault(option, `holds ${format}: give it as "publicKey" or "jwks", or use random bytes here`)
  }
  if (bytes.length < minBytes) {
    throw fault(
      option,
      `has ${bytes.length} bytes, which is too short: use at least ${minBytes} random bytes (RFC 7518 section 3.2), ` +
        'for example from `openssl rand -base64 48`',
    )
  }
  if (new Set(bytes).size < MIN_DISTINCT_BYTES) {
    throw fault(
      option,
      'repeats a few bytes only: use random bytes, for example from `openssl rand -base64 48`',
    )
  }
  return bytes
}
