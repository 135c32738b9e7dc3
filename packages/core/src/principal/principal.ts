import type { DefaultClaims } from './registered-claims.ts'
import type { Policy } from '../policy/policy.ts'
import type { Credential } from '../request/read-credential.ts'
import type { Carrier } from '../base/carrier.ts'
import type { JsonObject } from '../token/json-text.ts'
import type { AcceptedToken } from '../accept/accept-token.ts'
import { ownCopy } from '../token/own-copy.ts'
import { readNames } from './claim-path.ts'

const BRAND: unique symbol = Symbol.for('@countersign/principal') as never

/**
 * Who makes the request: the result of a verified token. Frozen. Identify users by `issuer` and `subject` together
 * (RFC 7519 section 4.1.2: a subject is unique within its issuer only).
 */
export interface Principal<Claims = DefaultClaims> {
  /** `sub` */
  readonly subject: string
  /** `iss` */
  readonly issuer: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  /** The token's claims, or what the schema of the option `claims` made of them. */
  readonly claims: Claims
  /** Where the token travelled; `undefined` where it came from no request. */
  readonly carrier: Carrier | undefined
  /** `exp`, in milliseconds since the epoch; `Infinity` for a token that does not expire. */
  readonly expiresAt: number
  /** `jti` */
  readonly tokenId: string | undefined
  /** `sid` */
  readonly sessionId: string | undefined
  /** The raw token, with `exposeToken: true` only. Not enumerable, so that it is not logged by accident. */
  readonly token?: string
}

/** Step 8. The same token by the same carrier gives the same principal, frozen as it is. */
export function toPrincipal(
  accepted: AcceptedToken,
  credential: Credential | undefined,
  policy: Policy,
): Principal<unknown> {
  const { principal: before } = accepted
  if (before !== undefined && before.carrier === credential?.carrier) return before
  const principal = createPrincipal(accepted, credential, policy)
  accepted.principal = principal
  return principal
}

/** A class, because only a class can carry the brand, and the claims behind it, without showing them. */
class PrincipalRecord implements Principal<unknown> {
  readonly subject: string
  readonly issuer: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly claims: unknown
  readonly carrier: Carrier | undefined
  readonly expiresAt: number
  readonly tokenId: string | undefined
  readonly sessionId: string | undefined
  readonly #raw: JsonObject

  constructor({ token, checked }: AcceptedToken, carrier: Carrier | undefined) {
    const { claims, issuer } = token
    this.subject = claims['sub'] as string
    this.issuer = issuer.issuer
    this.scopes = readNames(claims, issuer.scopesFrom, 'space-separated')
    this.roles = readNames(claims, issuer.rolesFrom, 'single')
    this.claims = checked.claims
    this.carrier = carrier
    this.expiresAt = checked.expiresAt
    this.tokenId = claims['jti'] as string | undefined
    this.sessionId = claims['sid'] as string | undefined
    this.#raw = claims
  }

  static rawOf(principal: PrincipalRecord): JsonObject {
    return principal.#raw
  }
}

// On the prototype: every copy of this package finds it, and no listing of members does.
Object.defineProperty(PrincipalRecord.prototype, BRAND, {
  get(this: PrincipalRecord) {
    return PrincipalRecord.rawOf(this)
  },
})

function createPrincipal(
  accepted: AcceptedToken,
  credential: Credential | undefined,
  policy: Policy,
): Principal<unknown> {
  const principal = new PrincipalRecord(accepted, credential?.carrier)
  if (policy.exposeToken && credential !== undefined) {
    Object.defineProperty(principal, 'token', { value: ownCopy(credential.token.reveal()) })
  }
  return Object.freeze(principal)
}

/**
 * Whether a value is a principal of this library; a foreign `req.auth` is not. Works across copies of the package.
 *
 * @example
 * ```ts
 * if (isPrincipal(req.auth)) console.log(req.auth.subject)
 * ```
 */
export function isPrincipal(value: unknown): value is Principal {
  return rawClaims(value) !== undefined
}

/**
 * The token's own claims behind a principal, whatever a schema made of them: what guards judge.
 * `undefined` for anything that is no principal.
 */
export function rawClaims(value: unknown): object | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const claims = (value as { [BRAND]?: unknown })[BRAND]
  return typeof claims === 'object' && claims !== null ? claims : undefined
}
