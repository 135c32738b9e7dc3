import type { MaybePromise } from '../base/maybe-promise.ts'
import { checkClaims, type CheckedClaims } from '../claims/check-claims.ts'
import { decrypterOf, type IssuerEntry, type Issuers } from '../issuer/issuer-entry.ts'
import type { CheckedToken } from '../principal/principal.ts'
import { andThen, type Failure } from '../refusal/failure.ts'
import type { TokenPolicy } from '../token/token-options.ts'
import { createTokenVerifier, type VerifiedToken } from '../token/verify-token.ts'

/** A token that passed all checks that depend only on itself and the time. */
export interface AcceptedToken extends CheckedToken {
  readonly token: VerifiedToken<IssuerEntry>
  readonly checked: CheckedClaims
}

/** Steps 4 and 5 in a row. */
export type TokenAcceptor = (token: string, now: number) => MaybePromise<AcceptedToken | Failure>

/** Combines steps 4 and 5, signature and claims. Encrypted tokens are decrypted first. */
export function createTokenAcceptor(issuers: Issuers, policy: TokenPolicy): TokenAcceptor {
  const verifyToken = createTokenVerifier(issuers, policy)
  const decrypter = decrypterOf(issuers)
  const openToken: typeof verifyToken =
    decrypter === undefined ? verifyToken : (text) => andThen(decrypter.decryptToken(text), verifyToken)
  return (text, now) =>
    andThen(openToken(text), (token) =>
      andThen(
        checkClaims(token, token.issuer.claims, now),
        // All members exist from the start: one that is added later would need separate memory.
        (checked) => ({ token, checked, principal: undefined }),
      ),
    )
}
