import type { MaybePromise } from '../base/maybe-promise.ts'
import { AuthError } from '../refusal/auth-error.ts'
import { writeHeaders, type HeaderTarget } from './headers.ts'
import { settle, type Destroyable } from './settle.ts'
import type { Refuse, Verdict } from './verdict.ts'

/**
 * The members of Node's `ServerResponse` that are used. Any may be missing: Socket.IO's users hand an empty object to
 * middleware, since a handshake has no response yet.
 */
export interface NodeResponse extends Partial<HeaderTarget>, Destroyable {
  statusCode?: number
  readonly headersSent?: boolean
  end?(body: string): unknown
}

/** How middleware goes on: without an argument, or with an error for the framework. */
export type Next = (error?: unknown) => void

/**
 * Does what a verdict says on a Node response. Never throws and never rejects: what fails goes to `next`.
 */
export function settleVerdict(pending: MaybePromise<Verdict>, res: NodeResponse, next: Next): void {
  settle(
    pending,
    (verdict) => applyVerdict(verdict, res, next),
    (error) => fail(error, res, next),
    res,
  )
}

/** Hands over what failed while an answer was written: then the status is not ours any more. */
export function fail(error: unknown, res: NodeResponse, next: Next): void {
  if (isWritable(res)) res.statusCode = 500
  next(error)
}

function applyVerdict(verdict: Verdict, res: NodeResponse, next: Next): void {
  const isOurs = isWritable(res)
  if (isOurs) writeHeaders(res, verdict.headers)
  if (verdict.type === 'pass') verdict.proceed(() => next())
  // What somebody else began (a time-out), or what is no response, cannot become ours; the framework can end it.
  else if (verdict.onRefused === 'throw' || !isOurs) next(new AuthError(verdict.refusal))
  else writeRefusal(res, verdict)
}

/** Past the conveniences of frameworks, which would alter the headers. */
function writeRefusal(res: WritableResponse, { refusal }: Refuse): void {
  res.statusCode = refusal.status
  res.end(JSON.stringify(refusal.body))
}

type WritableResponse = NodeResponse & HeaderTarget & { end(body: string): unknown }

function isWritable(res: NodeResponse): res is WritableResponse {
  return (
    res.headersSent !== true &&
    typeof res.getHeader === 'function' &&
    typeof res.setHeader === 'function' &&
    typeof res.end === 'function'
  )
}
