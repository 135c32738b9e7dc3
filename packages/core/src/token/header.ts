import { Failure } from '../refusal/failure.ts'
import { isAlgorithm, type Algorithm } from '../algorithms/jws.ts'
import { MAX_KID_LENGTH } from '../keys/verify-key.ts'
import type { JsonObject } from './json-text.ts'

/**
 * The protected header, reduced to what is used. `jku`, `x5u`, `x5c` and `jwk` are ignored: keys come from the
 * policy.
 */
export interface ProtectedHeader {
  readonly alg: Algorithm
  readonly kid: string | undefined
  /** Lower case, without `application/` (RFC 7515 section 4.1.9). */
  readonly typ: string | undefined
}

/**
 * Reads a parsed header. The issuer's entry decides whether its `alg` is allowed. No extension is supported, so any
 * `crit` is rejected, and with it `b64: false` (RFC 7515 section 4.1.11, RFC 7797 section 6).
 */
export function readHeader(header: JsonObject): ProtectedHeader | Failure {
  const { alg, kid, typ } = header
  if (typeof alg !== 'string') return new Failure('token_malformed')
  if (!isAlgorithm(alg)) return new Failure('algorithm_not_allowed')
  if (header['crit'] !== undefined || header['b64'] !== undefined) return new Failure('token_malformed')
  if (header['zip'] !== undefined || header['enc'] !== undefined) return new Failure('token_malformed')
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_LENGTH)) {
    return new Failure('token_malformed')
  }
  if (typ !== undefined && typeof typ !== 'string') return new Failure('token_malformed')
  return Object.freeze({ alg, kid, typ: typ === undefined ? undefined : normalType(typ) })
}

/** RFC 7515 section 4.1.9: media types are case-insensitive, and `application/` may be left out. */
export function normalType(typ: string): string {
  const lower = typ.toLowerCase()
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}
