import type { ResponseHeaders } from '../outcome.ts'
import type { Principal } from '../principal/principal.ts'
import type { Refusal } from '../refusal/refuse.ts'
import type { OnRefused } from './options.ts'

/** What an adapter does with a request: it lets it through, or refuses it. */
export type Verdict = Pass | Refuse

/** The request goes on. */
export interface Pass {
  readonly type: 'pass'
  /** `undefined` for an anonymous request, where the policy allows that. */
  readonly principal: Principal<unknown> | undefined
  /** To be set on the response. */
  readonly headers: ResponseHeaders
  /** Runs what comes next, so that `currentPrincipal()` works there. Call it in place of `next()`. */
  proceed<T>(next: () => T): T
}

/** The request ends here. */
export interface Refuse {
  readonly type: 'refuse'
  readonly refusal: Refusal
  /** Whether the adapter writes the refusal, or hands an `AuthError` with it to the framework. */
  readonly onRefused: OnRefused
  /** To be set on the response either way: with `'throw'` before the error is handed over. */
  readonly headers: ResponseHeaders
}

/** A refused request. The type of the document is not among the headers where somebody else writes the document. */
export function refuseWith(refusal: Refusal, onRefused: OnRefused): Refuse {
  const all = Object.entries(refusal.headers)
  const headers = onRefused === 'throw' ? all.filter(([name]) => name !== 'Content-Type') : all
  return { type: 'refuse', refusal, onRefused, headers }
}

/** For a request that goes on where nothing keeps track of it. */
export function callNext<T>(next: () => T): T {
  return next()
}
