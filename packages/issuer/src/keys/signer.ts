import type { JWK } from 'jose'
import type { SigningAlgorithm } from './algorithms.ts'

/** A request to a signer. */
export interface SignRequest {
  /** The name of the key, as returned by `createKey`. */
  readonly reference: string
  readonly algorithm: SigningAlgorithm
  /** The signing input of the token (RFC 7515 section 5.1), ASCII. */
  readonly data: Uint8Array
}

/**
 * Signs with private keys that must not leave a key management service, an HSM or another process. The ring then contains
 * the public half and the name of each key. The store still keeps the times of rotation.
 */
export interface Signer {
  /** Makes a key pair for the algorithm. */
  createKey(algorithm: SigningAlgorithm): Promise<{ readonly publicJwk: JWK; readonly reference: string }>
  /**
   * Signs. For ES256, the signature must be `r || s`, 64 bytes (RFC 7518 section 3.4). Most services return DER instead. If
   * the promise rejects, no token can be signed at the moment.
   */
  sign(request: SignRequest): Promise<Uint8Array>
}
