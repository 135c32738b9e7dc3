import { calculateJwkThumbprint, type JWK } from 'jose'
import type { SigningAlgorithm } from './algorithms.ts'
import { generateJwks } from './local-keys.ts'
import { publicMembers } from './public-jwk.ts'
import type { RingKey } from './ring.ts'
import type { Seal } from './seal.ts'
import type { Signer } from './signer.ts'

/** Where keys are made, and how the private half is kept. */
export interface KeyMaking {
  readonly algorithm: SigningAlgorithm
  readonly signer: Signer | undefined
  readonly seal: Seal | undefined
}

/** A new key of the ring. Its name is its thumbprint (RFC 7638), so no two keys share one. */
export async function newRingKey(
  { algorithm, signer, seal }: KeyMaking,
  now: number,
  activeFrom: number,
): Promise<RingKey> {
  if (signer !== undefined) {
    const { publicJwk, reference } = await signer.createKey(algorithm)
    assertFit(algorithm, publicJwk)
    if (typeof reference !== 'string')
      throw new Error('countersign: the signer named no key: "reference" is missing')
    return {
      ...(await described(algorithm, publicJwk)),
      private: { reference },
      createdAt: now,
      activeFrom,
      removedAt: undefined,
    }
  }
  const { publicJwk, privateJwk } = await generateJwks(algorithm)
  const known = await described(algorithm, publicJwk)
  const kept = seal === undefined ? { jwk: privateJwk } : { sealed: await seal.close(known.kid, privateJwk) }
  return { ...known, private: kept, createdAt: now, activeFrom, removedAt: undefined }
}

async function described(
  algorithm: SigningAlgorithm,
  jwk: JWK,
): Promise<Pick<RingKey, 'kid' | 'algorithm' | 'publicJwk'>> {
  const kid = await calculateJwkThumbprint(jwk)
  // RFC 7517 sections 4.2, 4.4, 4.5: one key, one use, one algorithm.
  return { kid, algorithm, publicJwk: { ...publicMembers(jwk), kid, use: 'sig', alg: algorithm } }
}

/** A key that cannot sign would be published, and get its turn, all the same. */
function assertFit(algorithm: SigningAlgorithm, jwk: JWK | undefined): void {
  const { kty, crv, bits } = KINDS[algorithm]
  const length = jwk?.n === undefined ? 0 : Buffer.from(jwk.n, 'base64url').length * 8
  if (jwk?.kty === kty && jwk.crv === crv && length >= bits) return
  const wanted = crv ?? `${kty}, ${bits} bits or more`
  throw new Error(`countersign: the signer made no key for ${algorithm}: "publicJwk" must be of ${wanted}`)
}

/** RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1. */
const KINDS: Readonly<
  Record<SigningAlgorithm, { readonly kty: string; readonly crv?: string; readonly bits: number }>
> = {
  ES256: { kty: 'EC', crv: 'P-256', bits: 0 },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', bits: 0 },
  RS256: { kty: 'RSA', bits: 2_048 },
  PS256: { kty: 'RSA', bits: 2_048 },
}
