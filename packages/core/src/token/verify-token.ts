import { engine } from '../engine/index.ts'
import { Failure } from '../failure.ts'
import { traitsOf } from '../keys/algorithms.ts'
import type { KeyQuery, KeySource } from '../keys/key-source.ts'
import type { VerifyKey } from '../keys/verify-key.ts'
import type { IssuerPolicy, Policy } from '../policy/policy.ts'
import { splitToken, type CompactToken } from './compact.ts'
import { readHeader, type ProtectedHeader } from './header.ts'
import { parseJsonObject, type JsonObject } from './json-text.ts'

declare const verified: unique symbol

/** A token whose signature is good. Only {@link createTokenVerifier} makes one; its claims are still to be judged. */
export interface VerifiedToken {
  readonly [verified]: true
  readonly header: ProtectedHeader
  readonly claims: JsonObject
  /** The `kid` of the key that verified the token, where it has one. */
  readonly keyId: string | undefined
  readonly issuer: IssuerPolicy
}

/** Step 4 as a function of the token alone. */
export type TokenVerifier = (token: string) => Promise<VerifiedToken | Failure>

/** How many parsed headers are remembered. An issuer has one for each key; the rest is room for oddities. */
const HEADER_MEMO_SIZE = 256

/**
 * Step 4: structure, algorithm, key, signature. The payload is parsed before the signature is checked, because `iss`
 * selects among the configured issuers (and so refuses foreign ones before any network use); nothing else of it is
 * used until the signature is known to be good.
 */
export function createTokenVerifier(policy: Policy, sources: ReadonlyMap<string, KeySource>): TokenVerifier {
  const headers = new Map<string, ProtectedHeader>()

  return async function verifyToken(token) {
    const compact = splitToken(token, policy.maxTokenLength)
    if (compact instanceof Failure) return compact
    const header = headers.get(compact.header) ?? parseHeader(compact.header, policy)
    if (header instanceof Failure) return header
    const signature = engine.decodeBase64url(compact.signature)
    const claims = parseSegment(compact.payload)
    if (signature === undefined || claims === undefined) return new Failure('token_malformed')

    const issuer = selectIssuer(claims, policy)
    if (issuer instanceof Failure) return issuer
    const source = sources.get(issuer.issuer)!
    const query: KeyQuery = { kid: header.kid, algorithm: header.alg, issuer: issuer.issuer }
    const asked = source.find(query)
    const candidates = asked instanceof Promise ? await asked : asked
    if (candidates instanceof Failure) return candidates
    const tried = tryKeys(candidates, header, compact, signature)
    let key = tried instanceof Promise ? await tried : tried
    if (key === undefined && header.kid === undefined && source.findNewer !== undefined) {
      const newer = await source.findNewer(query, candidates)
      if (newer instanceof Failure) return newer
      key = await tryKeys(newer, header, compact, signature)
    }
    if (key === undefined) return new Failure('signature_invalid')

    // Only verified headers are remembered, so nobody without a key can fill the memo.
    if (headers.size >= HEADER_MEMO_SIZE) headers.clear()
    headers.set(compact.header, header)
    return { header, claims, keyId: key.kid, issuer } as VerifiedToken
  }
}

function parseHeader(segment: string, policy: Policy): ProtectedHeader | Failure {
  const object = parseSegment(segment)
  return object === undefined ? new Failure('token_malformed') : readHeader(object, policy.algorithms)
}

function parseSegment(segment: string): JsonObject | undefined {
  const bytes = engine.decodeBase64url(segment)
  const text = bytes && engine.decodeUtf8(bytes)
  return text === undefined ? undefined : parseJsonObject(text)
}

/** The token's `iss` only selects among the configured issuers, by exact comparison (RFC 8725 section 3.8). */
function selectIssuer(claims: JsonObject, policy: Policy): IssuerPolicy | Failure {
  const { iss } = claims
  if (iss === undefined) return new Failure('claim_missing', { claim: 'iss' })
  if (typeof iss !== 'string') return new Failure('claims_invalid', { claim: 'iss' })
  return policy.issuers.get(iss) ?? new Failure('claim_mismatch', { claim: 'iss' })
}

/** The first key under which the signature is good. */
function tryKeys(
  keys: readonly VerifyKey[],
  header: ProtectedHeader,
  compact: CompactToken,
  signature: Uint8Array,
): VerifyKey | undefined | Promise<VerifyKey | undefined> {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    // A signature of another length cannot be good: say so before any arithmetic.
    if (signature.length !== (traitsOf(header.alg).signatureBytes ?? key.signatureBytes)) continue
    const good = engine.verify(header.alg, key.handle, compact.signingInput, signature)
    if (good instanceof Promise) {
      return good.then((ok) => (ok ? key : tryKeys(keys.slice(i + 1), header, compact, signature)))
    }
    if (good) return key
  }
  return undefined
}
