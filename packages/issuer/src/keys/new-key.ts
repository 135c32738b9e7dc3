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
