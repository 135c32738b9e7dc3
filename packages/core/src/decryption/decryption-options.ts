import type { ContentEncryption, KeyManagementAlgorithm } from '../algorithms/jwe.ts'
import type { NamesOf } from '../base/assert-names.ts'
import type { CryptoKeyLike, KeyObjectLike } from '../keys/static-keys.ts'

/** A private JWK (RFC 7517), or a secret one with `kty: 'oct'`. Members that are null count as absent. */
export interface PrivateJwk {
  readonly kty?: string
  readonly kid?: string | null
  readonly alg?: string | null
  readonly use?: string | null
  readonly key_ops?: readonly string[] | null
  readonly [member: string]: unknown
}

/**
 * A key that decrypts: a private key as PEM (PKCS#8), JWK, `KeyObject` or `CryptoKey`; or a shared secret as bytes, JWK or
 * `KeyObject`.
 */
export type DecryptionKeyMaterial = string | Uint8Array | PrivateJwk | KeyObjectLike | CryptoKeyLike

/** Options for encrypted tokens (RFC 7516). */
export interface DecryptionOptions {
  /**
   * Private key or shared secret that tokens are encrypted to: PEM (PKCS#8, text or bytes), JWK, `KeyObject`, `CryptoKey`, or the bytes of
   * a secret of 16, 24, 32, 48 or 64 bytes. Several, at most 16, while one is being replaced; those whose `kid` the token
   * names are tried first.
   */
  readonly key: DecryptionKeyMaterial | readonly DecryptionKeyMaterial[]
  /**
   * Key management algorithms that are allowed. Default: those of this list that fit a key: RSA-OAEP-256; ECDH-ES
   * alone, or with A128KW or A256KW; dir, A128KW, A256KW, A128GCMKW, A256GCMKW.
   */
  readonly algorithms?: readonly KeyManagementAlgorithm[]
  /** Content encryptions that are allowed. Default `['A256GCM', 'A128GCM', 'A256CBC-HS512', 'A128CBC-HS256']`. */
  readonly encryptions?: readonly ContentEncryption[]
  /** Whether tokens that are only signed are rejected. With false both kinds are accepted. Default true. */
  readonly required?: boolean
}

/** The option that enables encrypted tokens. */
export interface EncryptedTokenOptions {
  /**
   * Accepts tokens that were signed, then encrypted (RFC 7519 section 5.2), and only those unless `required` is
   * false. Default: encrypted tokens are rejected.
   */
  readonly decryption?: DecryptionOptions
}

export const ENCRYPTED_TOKEN_OPTION_NAMES: NamesOf<EncryptedTokenOptions> = {
  decryption: true,
}

export const DECRYPTION_OPTION_NAMES: NamesOf<DecryptionOptions> = {
  key: true,
  algorithms: true,
  encryptions: true,
  required: true,
}
