import { Failure } from '../refusal/failure.ts'
import { isThenable, type MaybePromise } from '../base/maybe-promise.ts'
import type { VerifiedToken } from '../token/verify-token.ts'

/** The values that a revocation list can use as keys. The token is verified, so an attacker cannot invent them. */
export interface RevocationQuery {
  readonly issuer: string
  readonly subject: string
  /** `jti` */
  readonly tokenId: string | undefined
  /** `sid` */
  readonly sessionId: string | undefined
  /** `kid` of the key that verified the token. */
  readonly keyId: string | undefined
  /** `iat`, in milliseconds since the epoch. */
  readonly issuedAt: number | undefined
  /** `exp`, in milliseconds since the epoch. */
  readonly expiresAt: number | undefined
  /** `epoch` of the subject, in tokens of `@countersign/sessions`. */
  readonly epoch: number | undefined
  /** `tenant` of the subject, in tokens of `@countersign/sessions`. */
  readonly tenant: string | undefined
}

/**
 * Returns whether a token was revoked. If it throws, or returns anything but a boolean, the revocation status is
 * unknown: the request gets 503, and no user is signed out.
 */
export type RevocationCheck = (query: RevocationQuery) => MaybePromise<boolean>

/** Step 7. Runs last, so that no store is asked about a token that is rejected anyway. */
export function checkRevocation(
  token: VerifiedToken,
  isRevoked: RevocationCheck | undefined,
): MaybePromise<Failure | undefined> {
  if (isRevoked === undefined) return undefined
  try {
    const result = isRevoked(toQuery(token))
    return isThenable(result) ? Promise.resolve(result).then(toFailure, unavailable) : toFailure(result)
  } catch (cause) {
    return unavailable(cause)
  }
}

function toQuery({ claims, issuer, key }: VerifiedToken): RevocationQuery {
  const { sub, jti, sid, iat, exp, epoch, tenant } = claims
  return {
    issuer: issuer.issuer,
    subject: sub as string,
    tokenId: jti as string | undefined,
    sessionId: sid as string | undefined,
    keyId: key.kid,
    issuedAt: typeof iat === 'number' ? iat * 1_000 : undefined,
    expiresAt: typeof exp === 'number' ? exp * 1_000 : undefined,
    epoch: typeof epoch === 'number' ? epoch : undefined,
    tenant: typeof tenant === 'string' ? tenant : undefined,
  }
}

function toFailure(result: unknown): Failure | undefined {
  if (result === false) return undefined
  if (result === true) return new Failure('token_revoked')
  return unavailable(new TypeError('isRevoked must return true or false'))
}

function unavailable(cause: unknown): Failure {
  return new Failure('revocation_unavailable', { cause })
}
