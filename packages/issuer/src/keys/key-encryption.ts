import { assertNamesWithin, OptionError, secretBytes, type NamesOf } from '@countersign/core/toolkit'

/** The secret of a ring: a passphrase, or a key of 32 random bytes. */
export type KeyEncryption =
  | { readonly passphrase: string; readonly wrappingKey?: undefined }
  | { readonly wrappingKey: Uint8Array; readonly passphrase?: undefined }

/** The validated secret. */
export interface RingSecret {
  readonly kind: 'passphrase' | 'wrappingKey'
  readonly bytes: Uint8Array
}

/** OWASP's number for PBKDF2 with SHA-512. A process computes it once for the ring and once for each key that it loads. */
export const PBKDF2_ROUNDS = 210_000
const MIN_PASSPHRASE = 16
const NAMES = { passphrase: true, wrappingKey: true } as const satisfies NamesOf<KeyEncryption>

/**
 * Validates the option.
 * @throws `OptionError` naming `keyEncryption`
 */
export function readKeyEncryption(keyEncryption: KeyEncryption): RingSecret {
  assertNamesWithin<KeyEncryption>(keyEncryption, NAMES, 'keyEncryption')
  const { passphrase, wrappingKey } = keyEncryption
  if ((passphrase === undefined) === (wrappingKey === undefined)) {
    throw new OptionError('keyEncryption', 'must have either "passphrase" or "wrappingKey"')
  }
  if (wrappingKey !== undefined) {
    const bytes = secretBytes(wrappingKey, 'keyEncryption.wrappingKey', 32)
    if (bytes.length !== 32) throw new OptionError('keyEncryption.wrappingKey', 'must have exactly 32 bytes')
    return { kind: 'wrappingKey', bytes }
  }
  if (typeof passphrase !== 'string' || passphrase.length < MIN_PASSPHRASE) {
    throw new OptionError(
      'keyEncryption.passphrase',
      `must be a string of ${MIN_PASSPHRASE} characters or more, for example from \`openssl rand -base64 24\``,
    )
  }
  return { kind: 'passphrase', bytes: new TextEncoder().encode(passphrase) }
}
