import type { MaybePromise } from '../base/maybe-promise.ts'
import { Failure } from '../refusal/failure.ts'
import type { RequestView } from '../request/view.ts'
import type { TokenContent } from '../token/verify-token.ts'

/**
 * Step 6, for every request, since the proof of possession is in the request, not in the token. The view is
 * `undefined` if the token did not come with a request.
 */
export type BindingCheck = (
  token: TokenContent,
  view: RequestView | undefined,
) => MaybePromise<Failure | undefined>

/**
 * A token with `cnf` is bound to a key of its holder (RFC 7800 section 3). A client that sends it as a bearer token
 * may have stolen it. This version does not check possession, so such a token is rejected (RFC 9449 section 7.2).
 */
export const checkBinding: BindingCheck = ({ claims }) =>
  claims['cnf'] === undefined ? undefined : new Failure('binding_missing')
