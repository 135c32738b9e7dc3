import type { CheckedClaims } from '../claims/check-claims.ts'
import type { DefaultClaims } from '../claims/registered.ts'
import type { Policy } from '../policy/policy.ts'
import type { Credential, Carrier } from '../request/read-credential.ts'
import type { VerifiedToken } from '../token/verify-token.ts'
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

/** Step 8. */
export function toPrincipal(
  { claims: raw, issuer }: VerifiedToken,
  { claims, expiresAt }: CheckedClaims,
  credential: Credential | undefined,
  policy: Policy,
): Principal<unknown> {
  const principal = {
    subject: raw['sub'] as string,
    issuer: issuer.issuer,
    scopes: readNames(raw, issuer.scopesFrom, 'space-separated'),
    roles: readNames(raw, issuer.rolesFrom, 'single'),
    claims,
    carrier: credential?.carrier,
    expiresAt,
    tokenId: raw['jti'] as string | undefined,
    sessionId: raw['sid'] as string | undefined,
  }
  Object.defineProperty(principal, BRAND, { value: raw })
  if (policy.exposeToken && credential !== undefined) {
    Object.defineProperty(principal, 'token', { value: credential.token.reveal() })
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
