import { calculateJwkThumbprint, type JWK } from 'jose'
import type { SigningAlgorithm } from './algorithms.ts'
import { generateJwks } from './local-keys.ts'
import { publicMembers } from './public-jwk.ts'
import type { RingKey } from './ring.ts'
import type { Seal } from './seal.ts'
import type { Signer } from './signer.ts'

/** Settings for new keys. */
export interface NewKeySettings {
  readonly algorithm: SigningAlgorithm
  readonly signer: Signer | undefined
  readonly seal: Seal | undefined
}

/** Makes a new key for the ring. Its `kid` is its thumbprint (RFC 7638), so every key has a different one. */
export async function newRingKey(
  { algorithm, signer, seal }: NewKeySettings,
  now: number,
  activeFrom: number,
): Promise<RingKey> {
  if (signer !== undefined) {
    const { publicJwk, reference } = await signer.createKey(algorithm)
    assertKeyMatches(algorithm, publicJwk)
    if (typeof reference !== 'string')
      throw new Error('countersign: createKey() of the signer must return "reference", a string')
    return {
      ...(await publicPart(algorithm, publicJwk)),
      private: { reference },
      createdAt: now,
      activeFrom,
      removedAt: undefined,
    }
  }
  const { publicJwk, privateJwk } = await generateJwks(algorithm)
  const published = await publicPart(algorithm, publicJwk)
  const kept =
    seal === undefined ? { jwk: privateJwk } : { sealed: await seal.close(published.kid, privateJwk) }
  return { ...published, private: kept, createdAt: now, activeFrom, removedAt: undefined }
}

async function publicPart(
  algorithm: SigningAlgorithm,
  jwk: JWK,
): Promise<Pick<RingKey, 'kid' | 'algorithm' | 'publicJwk'>> {
  const kid = await calculateJwkThumbprint(jwk)
  // RFC 7517 sections 4.2, 4.4, 4.5: one key, one use, one algorithm.
  return { kid, algorithm, publicJwk: { ...publicMembers(jwk), kid, use: 'sig', alg: algorithm } }
}

/** Rejects a key of another kind: it would be published and become active, but could not sign. */
function assertKeyMatches(algorithm: SigningAlgorithm, jwk: JWK | undefined): void {
  const { kty, crv, bits } = KINDS[algorithm]
  const length = jwk?.n === undefined ? 0 : Buffer.from(jwk.n, 'base64url').length * 8
  if (jwk?.kty === kty && jwk.crv === crv && length >= bits) return
  const wanted = crv ?? `${kty}, ${bits} bits or more`
  throw new Error(
    `countersign: createKey() of the signer returned a wrong key for ${algorithm}: "publicJwk" must be ${wanted}`,
  )
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
