import type { MaybePromise } from '../base/maybe-promise.ts'
import { AuthError } from '../refusal/auth-error.ts'
import { writeHeaders, type HeaderTarget } from './headers.ts'
import { settle, type Destroyable } from './settle.ts'
import type { Refuse, Verdict } from './verdict.ts'

/**
 * The members of Node's `ServerResponse` that are used. Any may be missing: users of Socket.IO pass an empty object
 * to middleware, since a handshake has no response yet.
 */
export interface NodeResponse extends Partial<HeaderTarget>, Destroyable {
  statusCode?: number
  readonly headersSent?: boolean
  end?(body: string): unknown
}

/** How middleware continues: without an argument, or with an error for the framework. */
export type Next = (error?: unknown) => void

/**
 * Applies a verdict to a Node response. Never throws and never rejects: errors go to `next`.
 */
export function settleVerdict(pending: MaybePromise<Verdict>, res: NodeResponse, next: Next): void {
  settle(
    pending,
    (verdict) => applyVerdict(verdict, res, next),
    (error) => fail(error, res, next),
    res,
  )
}

/** Passes on an error that occurred while a response was written. The status is then set to 500. */
export function fail(error: unknown, res: NodeResponse, next: Next): void {
  if (isWritable(res)) res.statusCode = 500
  next(error)
}

function applyVerdict(verdict: Verdict, res: NodeResponse, next: Next): void {
  const isOurs = isWritable(res)
  if (isOurs) writeHeaders(res, verdict.headers)
  if (verdict.type === 'pass') verdict.proceed(() => next())
  // If other code (a time-out) has begun the response, or it is not a response, the framework must end it.
  else if (verdict.onRefused === 'throw' || !isOurs) next(new AuthError(verdict.refusal))
  else writeRefusal(res, verdict)
}

/** Bypasses convenience methods of frameworks, which would alter the headers. */
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
