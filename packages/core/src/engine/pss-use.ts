import { PSS_ONLY } from './engine.ts'

/** RFC 7518 section 3.5: mask and message have one hash, and the salt is as long as the digest. */
const ALGORITHMS: Readonly<Record<string, { readonly alg: string; readonly bytes: number } | undefined>> = {
  sha256: { alg: 'PS256', bytes: 32 },
  sha384: { alg: 'PS384', bytes: 48 },
  sha512: { alg: 'PS512', bytes: 64 },
}

/** The parameters of a key, as `node:crypto` names them; without a hash there are none. */
export interface PssParameters {
  readonly hashAlgorithm?: string
  readonly mgf1HashAlgorithm?: string
  readonly saltLength?: number
}

/**
 * The algorithm that a key of type RSASSA-PSS (RFC 4055 section 3.1) is for, according to its parameters, if it has
 * any. Their salt length is the minimum for signatures.
 *
 * @throws `TypeError` if no JWS algorithm fits them
 */
export function pssUse({
  hashAlgorithm: hash,
  mgf1HashAlgorithm: mask,
  saltLength = 0,
}: PssParameters): { readonly alg: string } | { readonly [PSS_ONLY]: true } {
  if (hash === undefined) return { [PSS_ONLY]: true }
  const fitting = ALGORITHMS[hash]
  if (fitting !== undefined && mask === hash && saltLength <= fitting.bytes) return { alg: fitting.alg }
  throw new TypeError(
    `is an RSA-PSS key for ${hash}, a mask of ${mask} and a salt of ${saltLength} bytes, which no JWS algorithm uses (RFC 7518 section 3.5)`,
  )
}
