import type { JWK } from 'jose'
import type { SigningAlgorithm } from './algorithms.ts'

/** What a signer is asked to sign. */
export interface SignRequest {
  /** The name of the key, as `createKey` answered it. */
  readonly reference: string
  readonly algorithm: SigningAlgorithm
  /** The signing input of the token (RFC 7515 section 5.1), ASCII. */
  readonly data: Uint8Array
}

/**
 * Where private keys are that must not leave: a key management service, an HSM, another process. The ring then holds
 * the public half and the name of each key; the times of rotation are kept in the store as always.
 */
export interface Signer {
  /** Makes a key pair for the algorithm. */
  createKey(algorithm: SigningAlgorithm): Promise<{ readonly publicJwk: JWK; readonly reference: string }>
  /**
   * Signs. For ES256, the signature is `r || s`, 64 bytes (RFC 7518 section 3.4), not DER, which most services answer.
   * A rejection means that no token can be signed at the moment.
   */
  sign(request: SignRequest): Promise<Uint8Array>
}
