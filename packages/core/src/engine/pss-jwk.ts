import { createPublicKey, type KeyObject } from 'node:crypto'
import { PSS_ONLY, type Jwk } from './engine.ts'
import { fromPssSpki } from './pss-key.ts'

/** RFC 7518 section 3.5: mask and message have one hash, and the salt is as long as the digest. */
const ALGORITHMS: Readonly<Record<string, { readonly alg: string; readonly bytes: number } | undefined>> = {
  sha256: { alg: 'PS256', bytes: 32 },
  sha384: { alg: 'PS384', bytes: 48 },
  sha512: { alg: 'PS512', bytes: 64 },
}

/**
 * A public key of type RSASSA-PSS (RFC 4055), which Node does not export as a JWK. Where it has parameters, they say which
 * algorithm it is for; the length of salt in them is the least that signatures may have.
 *
 * @throws `TypeError` where no algorithm of JWS fits them
 */
export function pssJwk(key: KeyObject): Jwk {
  const pkcs1 = fromPssSpki(key.export({ type: 'spki', format: 'der' }))
  const jwk = createPublicKey({ key: pkcs1, format: 'der', type: 'pkcs1' }).export({ format: 'jwk' }) as Jwk
  const { hashAlgorithm: hash, mgf1HashAlgorithm: mask, saltLength = 0 } = key.asymmetricKeyDetails ?? {}
  if (hash === undefined) return { ...jwk, [PSS_ONLY]: true }
  const fitting = ALGORITHMS[hash]
  if (fitting !== undefined && mask === hash && saltLength <= fitting.bytes)
    return { ...jwk, alg: fitting.alg }
  throw new TypeError(
    `is an RSA-PSS key for ${hash}, a mask of ${mask} and a salt of ${saltLength} bytes, which no algorithm of JWS has (RFC 7518 section 3.5)`,
  )
}
