import type { MaybePromise } from '../base/maybe-promise.ts'
import { Failure } from '../refusal/failure.ts'
import type { RequestView } from '../request/view.ts'
import type { TokenContent } from '../token/verify-token.ts'

/**
 * Step 6, of every request, since what proves possession of a key is in the request, not in the token.
 * The view is `undefined` where the token came by no request.
 */
export type BindingCheck = (
  token: TokenContent,
  view: RequestView | undefined,
) => MaybePromise<Failure | undefined>

/**
 * A token with `cnf` is bound to a key of its holder (RFC 7800 section 3); a client that presents it as a mere bearer
 * may have stolen it. This version proves no possession, so such a token is refused (RFC 9449 section 7.2).
 */
export const checkBinding: BindingCheck = ({ claims }) =>
  claims['cnf'] === undefined ? undefined : new Failure('binding_missing')
