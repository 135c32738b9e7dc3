import type { DefaultClaims } from './principal/registered-claims.ts'
import type { Principal } from './principal/principal.ts'
import type { Refusal } from './refusal/refuse.ts'

/**
 * Headers that every answer to such a request should have, in order. A name may repeat. `Cache-Control` gives way to
 * that of the handler: answers to cookie-authenticated requests are for one user only. `Vary` and `Set-Cookie` are added
 * to what the answer has.
 */
export type ResponseHeaders = readonly (readonly [name: string, value: string])[]

/** What an authenticator says of a request. */
export type Outcome<Claims = DefaultClaims> = Authenticated<Claims> | Anonymous | Refused

/** Somebody, proved. */
export interface Authenticated<Claims = DefaultClaims> {
  readonly type: 'authenticated'
  readonly principal: Principal<Claims>
  readonly headers: ResponseHeaders
}

/** Nobody, and the policy allows that (`optional`). */
export interface Anonymous {
  readonly type: 'anonymous'
  readonly headers: ResponseHeaders
}

/** A bad credential, none where one is needed, or a judgement that cannot be made now. */
export interface Refused {
  readonly type: 'refused'
  readonly refusal: Refusal
}
