import { checkBinding } from '../binding/check-binding.ts'
import { checkClaims, type CheckedClaims } from '../claims/check-claims.ts'
import { andThen, type Failure } from '../refusal/failure.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Policy } from '../policy/policy.ts'
import type { Principal } from '../principal/principal.ts'
import type { TokenDecrypter } from '../decryption/decrypt-token.ts'
import type { TokenVerifier, VerifiedToken } from '../token/verify-token.ts'

/** A token that passed all that depends on nothing but itself and the time. */
export interface AcceptedToken {
  readonly token: VerifiedToken
  readonly checked: CheckedClaims
  /** Kept for the next request with this token. */
  principal: Principal<unknown> | undefined
}

/** Steps 4 to 6 in a row. */
export type TokenAcceptor = (token: string, now: number) => MaybePromise<AcceptedToken | Failure>

/** Puts steps 4 to 6 together: signature, claims, binding; and before them, where tokens are encrypted, that. */
export function createTokenAcceptor(
  verifyToken: TokenVerifier,
  policy: Policy,
  decrypter?: TokenDecrypter,
): TokenAcceptor {
  const openToken: TokenVerifier =
    decrypter === undefined ? verifyToken : (text) => andThen(decrypter.decryptToken(text), verifyToken)
  return (text, now) =>
    andThen(openToken(text), (token) =>
      andThen(
        checkClaims(token, policy, now),
        (checked) =>
          // With its last member from the start: one that is added later has a store of its own.
          checkBinding(token) ?? { token, checked, principal: undefined },
      ),
    )
}
