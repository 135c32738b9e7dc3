import { engine } from '#engine'
import { PSS_ONLY, type EngineKey, type Jwk } from '../engine/engine.ts'
import { traitsOf, type Algorithm } from '../algorithms/jws.ts'
import { readJwkMembers } from './jwk-members.ts'
import { ownMembers } from '../base/members.ts'
import { rsaWeakness } from '../base/rsa-weakness.ts'

/** A key that may verify tokens, and with which algorithms. */
export interface VerifyKey {
  /** As in the key set; `undefined` if it has none. */
  readonly kid: string | undefined
  /** The policy's algorithms that fit the key. Never empty. */
  readonly algorithms: ReadonlySet<Algorithm>
  /** Length of a signature in bytes, if the key decides it (RSA). */
  readonly signatureBytes: number | undefined
  readonly handle: EngineKey
  /** Whether tokens that it verified may be cached. False if a function must be called each time. */
  readonly repeatable: boolean
}

/** The rules for validating a key. */
export interface VerifyKeyOptions {
  /** The policy's algorithms. */
  readonly algorithms: readonly Algorithm[]
  /** See {@link VerifyKey.repeatable}. Default true. */
  readonly repeatable?: boolean
}

/** Why a key is not used. */
export class UnfitKey {
  readonly kid: string | undefined
  readonly reason: string

  constructor(kid: string | undefined, reason: string) {
    this.kid = kid
    this.reason = reason
  }
}

/** Maximum characters of a `kid`, in keys and in tokens. */
export const MAX_KID_LENGTH = 512
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv'] as const
const COORDINATE_BYTES: Readonly<Record<string, number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  Ed25519: 32,
}

/**
 * Validates a JWK and prepares it. A key that must not verify, or is too weak, is not used. The algorithm is never
 * taken from a token: it must fit the policy, the key's type and its `alg`.
 */
export function toVerifyKey(given: Jwk, options: VerifyKeyOptions): VerifyKey | UnfitKey {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return new UnfitKey(undefined, 'it is not an object')
  const { algorithms: allowed, repeatable = true } = ownMembers(options)
  const jwk = readJwkMembers(given)
  const { kid } = jwk
  if (kid !== undefined && typeof kid !== 'string')
    return new UnfitKey(undefined, 'its "kid" is not a string')
  if (kid !== undefined && kid.length > MAX_KID_LENGTH)
    return new UnfitKey(undefined, 'its "kid" is too long')
  const unfit = forbiddenUse(jwk)
  if (unfit !== undefined) return new UnfitKey(kid, unfit)
  const algorithms = allowed.filter((algorithm) => fits(jwk, algorithm))
  if (algorithms.length === 0) return new UnfitKey(kid, 'it fits no algorithm that the policy allows')
  const weakness = weaknessOf(jwk)
  if (weakness !== undefined) return new UnfitKey(kid, weakness)
  try {
    const handle = engine.importKey(jwk)
    const signatureBytes = jwk.kty === 'RSA' ? withoutLeadingZeros(bytesOf(jwk, 'n')!) : undefined
    return Object.freeze({ kid, algorithms: new Set(algorithms), signatureBytes, handle, repeatable })
  } catch {
    return new UnfitKey(kid, 'it is not a valid key')
  }
}

/** RFC 7517 sections 4.2 and 4.3, and private members, which a verifier must not have. */
function forbiddenUse(jwk: Jwk): string | undefined {
  if (jwk.use !== undefined && jwk.use !== 'sig') return 'its "use" is not "sig"'
  const operations = jwk.key_ops
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'its "key_ops" do not include "verify"'
  }
  if (PRIVATE_MEMBERS.some((member) => jwk[member] !== undefined)) return 'it has private members'
  if (jwk.kty !== 'oct' && jwk['k'] !== undefined) return 'it has private members'
  const isElsewhere = jwk['x5c'] !== undefined || jwk['x5u'] !== undefined
  return isElsewhere && jwk['n'] === undefined && jwk['x'] === undefined
    ? 'its key is only in a certificate ("x5c" or "x5u"), which is not read: publish "n" and "e", or "x" and "y"'
    : undefined
}

function fits(jwk: Jwk, algorithm: Algorithm): boolean {
  const { kty, crv, padding } = traitsOf(algorithm)
  if (jwk[PSS_ONLY] === true && padding !== 'pss') return false
  if (jwk.kty !== kty || (crv !== undefined && jwk['crv'] !== crv)) return false
  return jwk.alg === undefined || jwk.alg === algorithm
}

function weaknessOf(jwk: Jwk): string | undefined {
  if (jwk.kty === 'RSA') {
    const n = bytesOf(jwk, 'n')
    const e = bytesOf(jwk, 'e')
    return n === undefined || e === undefined ? 'its "n" or "e" is not base64url' : rsaWeakness(n, e)
  }
  if (jwk.kty === 'oct') return undefined // checked when secrets are read
  const length = COORDINATE_BYTES[String(jwk['crv'])]
  const members = jwk.kty === 'EC' ? (['x', 'y'] as const) : (['x'] as const)
  // RFC 7518 section 6.2.1.2: the full length of a coordinate, leading zeros included.
  return members.every((member) => bytesOf(jwk, member)?.length === length)
    ? undefined
    : 'a coordinate has the wrong length'
}

function bytesOf(jwk: Jwk, member: string): Uint8Array | undefined {
  const text = jwk[member]
  return typeof text === 'string' && text !== '' ? engine.decodeBase64url(text) : undefined
}

function withoutLeadingZeros(bytes: Uint8Array): number {
  let zeros = 0
  while (bytes[zeros] === 0) zeros++
  return bytes.length - zeros
}
