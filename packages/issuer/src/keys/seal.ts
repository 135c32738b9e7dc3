import { createSecretKey, type KeyObject } from 'node:crypto'
import { CompactEncrypt, compactDecrypt, type JWK } from 'jose'
import { PBKDF2_ROUNDS, type RingSecret } from './key-encryption.ts'

/** Encrypts and decrypts private keys, each bound to its `kid`. */
export interface Seal {
  close(kid: string, privateJwk: JWK): Promise<string>
  /** @throws `Error` if the key cannot be decrypted; the error contains nothing of the key */
  open(kid: string, sealed: string): Promise<JWK>
}

const utf8 = new TextEncoder()

/** Creates the seal for a ring's secret. */
export function createSeal({ kind, bytes }: RingSecret): Seal {
  return kind === 'wrappingKey'
    ? sealWith('A256GCMKW', createSecretKey(bytes))
    : sealWith('PBES2-HS512+A256KW', bytes)
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
      // If the private keys of two rows were exchanged, they must not sign under the wrong `kid`.
      if (protectedHeader.kid !== kid)
        throw new Error(`countersign: the private key of "${kid}" belongs to another key`)
      return JSON.parse(new TextDecoder().decode(plaintext)) as JWK
    },
  }
}
