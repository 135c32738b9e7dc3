import { engine } from '#engine'
import type { Credential } from '../request/read-credential.ts'
import type { Carrier } from '../base/carrier.ts'
import type { JsonObject } from '../token/json-text.ts'
import { readNames } from './claim-path.ts'
import type { ClaimMapping } from './principal-options.ts'
import type { DefaultClaims } from './registered-claims.ts'

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
  /** The token's claims, or the output of the schema of the option `claims`. */
  readonly claims: Claims
  /** The part of the request that carried the token; `undefined` if it did not come with a request. */
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

/** What a principal is made from: a token whose signature and claims are valid. */
export interface CheckedToken {
  readonly token: {
    readonly claims: JsonObject
    readonly issuer: {
      readonly issuer: string
      readonly mapping: ClaimMapping
      readonly claims: { readonly clockTolerance: number }
    }
  }
  readonly checked: {
    /** The schema's output, or the token's own claims. */
    readonly claims: object
    /** Milliseconds since the epoch. */
    readonly expiresAt: number
  }
  /** Cached for the next request with this token. */
  principal: Principal<unknown> | undefined
}

/** Step 8. The same token with the same carrier gives the same principal, since it is frozen. */
export function toPrincipal(
  checked: CheckedToken,
  credential: Credential | undefined,
  exposeToken: boolean,
): Principal<unknown> {
  const { principal: before } = checked
  if (before !== undefined && before.carrier === credential?.carrier) return before
  const principal = createPrincipal(checked, credential, exposeToken)
  checked.principal = principal
  return principal
}

/** A class, because only a class can contain the brand, and the claims behind it, without showing them. */
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
  readonly #token: CheckedToken['token']

  constructor({ token, checked }: CheckedToken, carrier: Carrier | undefined) {
    const { claims, issuer } = token
    this.subject = claims['sub'] as string
    this.issuer = issuer.issuer
    this.scopes = readNames(claims, issuer.mapping.scopesFrom, 'space-separated')
    this.roles = readNames(claims, issuer.mapping.rolesFrom, 'single')
    this.claims = checked.claims
    this.carrier = carrier
    this.expiresAt = checked.expiresAt
    this.tokenId = claims['jti'] as string | undefined
    this.sessionId = claims['sid'] as string | undefined
    this.#token = token
  }

  /** The token behind this very object. A copy or a proxy of it has none, since its members cannot be trusted. */
  static tokenOf(this: void, value: object): CheckedToken['token'] | undefined {
    return #token in value ? value.#token : undefined
  }
}

// On the prototype: every copy of this package finds it, and listing the members does not show it. It gets the object
// as an argument, since a proxy could return what it has from the principal behind it.
Object.defineProperty(PrincipalRecord.prototype, BRAND, { value: PrincipalRecord.tokenOf })

function createPrincipal(
  checked: CheckedToken,
  credential: Credential | undefined,
  exposeToken: boolean,
): Principal<unknown> {
  const principal = new PrincipalRecord(checked, credential?.carrier)
  if (exposeToken && credential !== undefined) {
    Object.defineProperty(principal, 'token', { value: engine.copyAscii(credential.token.reveal()) })
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
  return tokenBehind(value) !== undefined
}

/**
 * The token behind a principal, with its own claims, even if a schema changed them: guards check those. `undefined`
 * for a value that is not a principal. Never throws, even if a proxy throws for every member that is read.
 */
export function tokenBehind(value: unknown): CheckedToken['token'] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  try {
    return (value as Branded)[BRAND]?.(value)
  } catch {
    return undefined
  }
}

interface Branded {
  readonly [BRAND]?: (value: object) => CheckedToken['token'] | undefined
}
