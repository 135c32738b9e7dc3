import { engine } from '#engine'
import { MAX_KID_LENGTH } from '../keys/verify-key.ts'
import { Failure } from '../refusal/failure.ts'
import type { DecryptionPolicy } from './decryption-policy.ts'
import {
  isContentEncryption,
  isKeyManagement,
  traitsOf,
  type ContentEncryption,
  type KeyManagementAlgorithm,
} from '../algorithms/jwe.ts'
import { normalType } from '../token/header.ts'
import { parseJsonObject, type JsonObject } from '../token/json-text.ts'

/** The protected header of an encrypted token, reduced to what is used. Claims replicated in it are not. */
export interface EncryptionHeader {
  readonly alg: KeyManagementAlgorithm
  readonly enc: ContentEncryption
  readonly kid: string | undefined
}

/**
 * Validates the five segments of a compact JWE (RFC 7516 section 7.1). Each must be canonical base64url, and the
 * second must be empty if, and only if, no content key is sent.
 */
export function readEncrypted(
  segments: readonly string[],
  policy: DecryptionPolicy,
): EncryptionHeader | Failure {
  const [first = '', contentKey = '', ...others] = segments
  const text = engine.decodeText(first)
  const parsed = text === undefined ? undefined : parseJsonObject(text)
  if (parsed === undefined) return new Failure('token_malformed')
  const header = readEncryptionHeader(parsed, policy)
  if (header instanceof Failure) return header
  const canonical = (segment: string): boolean => engine.decodeBase64url(segment) !== undefined
  if ((contentKey === '') !== (traitsOf(header.alg).direct === true) || !canonical(contentKey)) {
    return new Failure('token_malformed')
  }
  return others.every((segment) => segment !== '' && canonical(segment))
    ? header
    : new Failure('token_malformed')
}

/**
 * Validates a parsed header. No extension is supported, so any `crit` is rejected. Nothing is decompressed, so any
 * `zip` is rejected too (RFC 8725 section 3.6). And `cty` must say that a token is inside (RFC 7519 section 5.2).
 */
function readEncryptionHeader(header: JsonObject, policy: DecryptionPolicy): EncryptionHeader | Failure {
  const { alg, enc, kid, cty } = header
  if (typeof alg !== 'string' || typeof enc !== 'string') return new Failure('token_malformed')
  if (header['crit'] !== undefined || header['zip'] !== undefined) return new Failure('token_malformed')
  if (typeof cty !== 'string' || normalType(cty) !== 'jwt') return new Failure('token_malformed')
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_LENGTH)) {
    return new Failure('token_malformed')
  }
  const allowed =
    isKeyManagement(alg) &&
    policy.algorithms.has(alg) &&
    isContentEncryption(enc) &&
    policy.encryptions.has(enc)
  return allowed ? { alg, enc, kid } : new Failure('decryption_failed')
}
