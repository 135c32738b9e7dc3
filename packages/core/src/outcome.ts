import type { DefaultClaims } from './principal/registered-claims.ts'
import type { Principal } from './principal/principal.ts'
import type { Refusal } from './refusal/refuse.ts'

/**
 * Headers that every response to such a request should have, in order. A name may repeat. The handler's own
 * `Cache-Control` has priority: responses to cookie-authenticated requests are for one user only. `Vary` and
 * `Set-Cookie` are added to what the response has.
 */
export type ResponseHeaders = readonly (readonly [name: string, value: string])[]

/** The result of authentication. */
export type Outcome<Claims = DefaultClaims> = Authenticated<Claims> | Anonymous | Refused

/** A verified principal. */
export interface Authenticated<Claims = DefaultClaims> {
  readonly type: 'authenticated'
  readonly principal: Principal<Claims>
  readonly headers: ResponseHeaders
}

/** Anonymous, which the policy allows (`optional`). */
export interface Anonymous {
  readonly type: 'anonymous'
  readonly headers: ResponseHeaders
}

/** A bad credential, a missing one that is required, or a check that is not possible now. */
export interface Refused {
  readonly type: 'refused'
  readonly refusal: Refusal
}
