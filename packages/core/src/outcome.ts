import type { DefaultClaims } from './principal/registered-claims.ts'
import type { Principal } from './principal/principal.ts'
import type { Refusal } from './refusal/refuse.ts'

/** Headers that every answer to such a request should have, whoever writes it. */
export interface ResponseHeaders {
  /** Unless the handler sets its own: answers to cookie-authenticated requests are for one user only. */
  readonly 'Cache-Control'?: string
  /** To be added to what `Vary` already has. */
  readonly Vary?: string
}

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
