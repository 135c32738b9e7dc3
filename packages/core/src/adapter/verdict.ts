import type { ResponseHeaders } from '../outcome.ts'
import type { Principal } from '../principal/principal.ts'
import type { Refusal } from '../refusal/refuse.ts'
import type { OnRefused } from './options.ts'

/** What an adapter does with a request: it passes it on, or rejects it. */
export type Verdict = Pass | Refuse

/** The request continues. */
export interface Pass {
  readonly type: 'pass'
  /** `undefined` for an anonymous request, if the policy allows that. */
  readonly principal: Principal<unknown> | undefined
  /** To be set on the response. */
  readonly headers: ResponseHeaders
  /** Runs the code that follows, so that `currentPrincipal()` works there. Call it instead of `next()`. */
  proceed<T>(next: () => T): T
}

/** The request ends here. */
export interface Refuse {
  readonly type: 'refuse'
  readonly refusal: Refusal
  /** Whether the adapter writes the refusal, or passes an `AuthError` with it to the framework. */
  readonly onRefused: OnRefused
  /** To be set on the response in both cases: with `'throw'` before the error is passed on. */
  readonly headers: ResponseHeaders
}

/** A rejected request. The content type of the document is not among the headers if other code writes the document. */
export function refuseWith(refusal: Refusal, onRefused: OnRefused): Refuse {
  const all = Object.entries(refusal.headers)
  const headers = onRefused === 'throw' ? all.filter(([name]) => name !== 'Content-Type') : all
  return { type: 'refuse', refusal, onRefused, headers }
}

/** For a request that continues without tracking. */
export function callNext<T>(next: () => T): T {
  return next()
}
