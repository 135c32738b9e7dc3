import { createSecretKey, type KeyObject } from 'node:crypto'
import { CompactEncrypt, compactDecrypt, type JWK } from 'jose'
import { OptionError, secretBytes } from '@countersign/core/toolkit'

/** How private keys are encrypted at rest: under a passphrase, or under a key of 32 random bytes. */
export type KeyEncryption =
  | { readonly passphrase: string; readonly wrappingKey?: undefined }
  | { readonly wrappingKey: Uint8Array; readonly passphrase?: undefined }

/** Encrypts and decrypts private keys, each for its own `kid` only. */
export interface Seal {
  close(kid: string, privateJwk: JWK): Promise<string>
  /** @throws `Error` where the key cannot be opened, which says nothing of the key */
  open(kid: string, sealed: string): Promise<JWK>
}

/** OWASP's figure for PBKDF2 with SHA-512. It is paid once for each key that a process loads. */
const PBKDF2_ROUNDS = 210_000
const MIN_PASSPHRASE = 16
const utf8 = new TextEncoder()

/**
 * The seal of the options.
 * @throws `OptionError` naming `keyEncryption`
 */
export function createSeal(encryption: KeyEncryption): Seal {
  const { passphrase, wrappingKey } = encryption
  if ((passphrase === undefined) === (wrappingKey === undefined)) {
    throw new OptionError('keyEncryption', 'must have either "passphrase" or "wrappingKey"')
  }
  if (wrappingKey !== undefined) {
    const bytes = secretBytes(wrappingKey, 'keyEncryption.wrappingKey', 32)
    if (bytes.length !== 32) throw new OptionError('keyEncryption.wrappingKey', 'must have exactly 32 bytes')
    return sealWith('A256GCMKW', createSecretKey(bytes))
  }
  if (typeof passphrase !== 'string' || passphrase.length < MIN_PASSPHRASE) {
    throw new OptionError(
      'keyEncryption.passphrase',
      `must be a text of ${MIN_PASSPHRASE} characters or more, for example from \`openssl rand -base64 24\``,
    )
  }
  return sealWith('PBES2-HS512+A256KW', utf8.encode(passphrase))
}

function sealWith(algorithm: 'A256GCMKW' | 'PBES2-HS512+A256KW', key: Uint8Array | KeyObject): Seal {
  return {
    close(kid, privateJwk) {
      const jwe = new CompactEncrypt(utf8.encode(JSON.stringify(privateJwk))).setProtectedHeader({
        alg: algorithm,
        enc: 'A256GCM',
        cty: 'jwk+json',
        kid,
      })
      if (algorithm === 'PBES2-HS512+A256KW') jwe.setKeyManagementParameters({ p2c: PBKDF2_ROUNDS })
      return jwe.encrypt(key)
    },
    async open(kid, sealed) {
      const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
        keyManagementAlgorithms: [algorithm],
        contentEncryptionAlgorithms: ['A256GCM'],
        maxPBES2Count: PBKDF2_ROUNDS,
      }).catch((cause: unknown) => {
        throw new Error(
          `countersign: the private key "${kid}" cannot be decrypted: is "keyEncryption" right?`,
          { cause },
        )
      })
      // A row whose key was exchanged for another's must not sign under a foreign name.
      if (protectedHeader.kid !== kid)
        throw new Error(`countersign: the private key of "${kid}" belongs to another key`)
      return JSON.parse(new TextDecoder().decode(plaintext)) as JWK
    },
  }
}
