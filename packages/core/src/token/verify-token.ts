import { engine } from '#engine'
import { traitsOf, type Algorithm } from '../algorithms/jws.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { KeyQuery, KeySource } from '../keys/key-source.ts'
import type { VerifyKey } from '../keys/verify-key.ts'
import { andThen, Failure } from '../refusal/failure.ts'
import { splitToken, type CompactToken } from './compact.ts'
import { readHeader, type ProtectedHeader } from './header.ts'
import { parseJsonObject, type JsonObject } from './json-text.ts'
import type { TokenPolicy } from './token-options.ts'

declare const verified: unique symbol

/** What verifying needs to know about an issuer. */
export interface TokenIssuer {
  /** The exact value of `iss`. */
  readonly issuer: string
  readonly algorithms: ReadonlySet<Algorithm>
  readonly keys: KeySource
}

/** The content of a token, in its two parts. */
export interface TokenContent {
  readonly header: ProtectedHeader
  readonly claims: JsonObject
}

/** A token with a valid signature. Only {@link createTokenVerifier} makes one. Its claims are not checked yet. */
export interface VerifiedToken<Issuer extends TokenIssuer = TokenIssuer> extends TokenContent {
  readonly [verified]: true
  /** The key that verified the token. */
  readonly key: VerifyKey
  /** The query that found this key. */
  readonly query: KeyQuery
  /** The policy's entry for the token's `iss`, at that time. */
  readonly issuer: Issuer
}

/** Step 4 as a function of the token alone. */
export type TokenVerifier<Issuer extends TokenIssuer> = (
  token: string,
) => MaybePromise<VerifiedToken<Issuer> | Failure>

/** How many parsed headers are cached. An issuer has one for each key; the rest is reserve. */
const HEADER_MEMO_SIZE = 256

/** A token split into its parts. Nothing is verified. */
interface UnverifiedToken<Issuer extends TokenIssuer = TokenIssuer> {
  readonly compact: CompactToken
  readonly header: ProtectedHeader
  readonly unverifiedClaims: JsonObject
  readonly signature: Uint8Array
  readonly issuer: Issuer
  readonly query: KeyQuery
}

/**
 * Step 4: structure, issuer, algorithm, key, signature. The payload is parsed before the signature is checked,
 * because `iss` selects among the configured issuers (so tokens of other issuers are rejected before any network
 * use). Nothing else of it is used before the signature is verified.
 */
export function createTokenVerifier<Issuer extends TokenIssuer>(
  issuers: ReadonlyMap<string, Issuer>,
  policy: TokenPolicy,
): TokenVerifier<Issuer> {
  const headers = new Map<string, ProtectedHeader>()

  function takeApart(token: string): UnverifiedToken<Issuer> | Failure {
    const compact = splitToken(token, policy.maxTokenLength)
    if (compact instanceof Failure) return compact
    const header = headers.get(compact.header) ?? parseHeader(compact.header)
    if (header instanceof Failure) return header
    const signature = engine.decodeBase64url(compact.signature)
    const unverifiedClaims = parseSegment(compact.payload)
    if (signature === undefined || unverifiedClaims === undefined) return new Failure('token_malformed')
    const issuer = selectIssuer(unverifiedClaims, issuers)
    if (issuer instanceof Failure) return issuer
    // Each time: the memo serves all issuers, and each issuer has its own algorithms (RFC 8725 section 3.1).
    if (!issuer.algorithms.has(header.alg)) return new Failure('algorithm_not_allowed')
    const query = { kid: header.kid, algorithm: header.alg, issuer: issuer.issuer }
    return { compact, header, unverifiedClaims, signature, issuer, query }
  }

  /** Only headers of verified tokens are cached, so a client without a key cannot fill the memo. */
  function remember({ compact, header }: UnverifiedToken): void {
    if (headers.has(compact.header)) return
    if (headers.size >= HEADER_MEMO_SIZE) headers.clear()
    headers.set(engine.copyAscii(compact.header), header)
  }

  return function verifyToken(text) {
    const token = takeApart(text)
    if (token instanceof Failure) return token
    return andThen(findVerifyingKey(token, policy.offload), (key) => {
      remember(token)
      const { header, unverifiedClaims: claims, query, issuer } = token
      return { header, claims, key, query, issuer } as VerifiedToken<Issuer>
    })
  }
}

/** The key that verifies the signature. */
function findVerifyingKey(token: UnverifiedToken, offload: boolean): MaybePromise<VerifyKey | Failure> {
  const source = token.issuer.keys
  return andThen(source.find(token.query), (keys) =>
    andThen(tryKeys(keys, token, offload), (key) => {
      if (key !== NO_KEY) return key
      if (token.header.kid !== undefined) source.suspect?.(token.query)
      // Without a `kid`, the right key may not be among them: it may have been published since.
      return token.header.kid === undefined && source.findNewer !== undefined
        ? andThen(source.findNewer(token.query, keys), (newer) =>
            andThen(tryKeys(newer, token, offload), (found) =>
              found === NO_KEY ? new Failure('signature_invalid') : found,
            ),
          )
        : new Failure('signature_invalid')
    }),
  )
}

function parseHeader(segment: string): ProtectedHeader | Failure {
  const object = parseSegment(segment)
  return object === undefined ? new Failure('token_malformed') : readHeader(object)
}

function parseSegment(segment: string): JsonObject | undefined {
  const text = engine.decodeText(segment)
  return text === undefined ? undefined : parseJsonObject(text)
}

/** The token's `iss` only selects among the configured issuers, by exact comparison (RFC 8725 section 3.8). */
function selectIssuer<Issuer>(claims: JsonObject, issuers: ReadonlyMap<string, Issuer>): Issuer | Failure {
  const { iss } = claims
  if (iss === undefined) return new Failure('claim_missing', { claim: 'iss' })
  if (typeof iss !== 'string') return new Failure('claims_invalid', { claim: 'iss' })
  return issuers.get(iss) ?? new Failure('claim_mismatch', { claim: 'iss' })
}

/** None of the keys verified the token. */
const NO_KEY = Symbol('no key')

/** The first key that verifies the signature. */
function tryKeys(
  keys: readonly VerifyKey[],
  token: UnverifiedToken,
  offload: boolean,
): MaybePromise<VerifyKey | typeof NO_KEY> {
  const { header, compact, signature } = token
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    // A signature of another length cannot be valid: return before any arithmetic.
    if (signature.length !== (traitsOf(header.alg).signatureBytes ?? key.signatureBytes)) continue
    const good = engine.verify(header.alg, key.handle, compact.signingInput, signature, offload)
    if (good instanceof Promise)
      return good.then((ok) => (ok ? key : tryKeys(keys.slice(i + 1), token, offload)))
    if (good) return key
  }
  return NO_KEY
}
