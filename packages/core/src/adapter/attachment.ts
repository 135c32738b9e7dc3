import type { Authenticator } from '../authenticator.ts'
import type { RouteParams } from '../guards/requirement.ts'
import type { Outcome } from '../outcome.ts'
import type { Principal } from '../principal/principal.ts'
import { Failure } from '../refusal/failure.ts'
import { announceRefusal } from '../events/announce-refusal.ts'
import type { Refusal } from '../refusal/refuse.ts'
import type { OnRefused } from './options.ts'

/**
 * Registered globally, so that a guard from one copy of this package finds what an authenticator of another attached.
 */
const OUTCOMES: unique symbol = Symbol.for('@countersign/outcomes') as never

/** An authenticator in its framework, as far as later guards need it. */
export interface Attacher {
  readonly authenticator: Authenticator<unknown>
  readonly onRefused: OnRefused
  /** The parameters of the route of a request. */
  readonly params: (request: object) => RouteParams
}

/** An outcome on a request, and its authenticator. */
export interface Attachment {
  readonly attacher: Attacher
  readonly outcome: Outcome<unknown>
}

/** The object that a framework passes from middleware to middleware. */
type FrameworkRequest = object & { [OUTCOMES]?: readonly Attachment[] }

/**
 * Stores an outcome on a request, for guards and for `of()`. The last one is the nearest. Each authenticator has one.
 */
export function attachOutcome(request: object, attacher: Attacher, outcome: Outcome<unknown>): void {
  const holder: FrameworkRequest = request
  const attachment = { attacher, outcome }
  const earlier = holder[OUTCOMES]
  holder[OUTCOMES] =
    earlier === undefined
      ? [attachment]
      : [...earlier.filter((other) => !isOf(other, attacher.authenticator)), attachment]
}

/** What was attached: by this authenticator, or by the nearest one. */
export function attachmentOf(
  request: object,
  authenticator?: Authenticator<unknown>,
): Attachment | undefined {
  const attachments = (request as FrameworkRequest)[OUTCOMES]
  return authenticator === undefined
    ? attachments?.at(-1)
    : attachments?.findLast((attachment) => isOf(attachment, authenticator))
}

function isOf({ attacher }: Attachment, authenticator: Authenticator<unknown>): boolean {
  return attacher.authenticator === authenticator
}

/** The outcome that was attached: by this authenticator, or by the nearest one. */
export function outcomeOf(
  request: object,
  authenticator?: Authenticator<unknown>,
): Outcome<unknown> | undefined {
  return attachmentOf(request, authenticator)?.outcome
}

/** The refusal if an adapter finds, outside the path of a request, that something is missing. */
export function refusalFor(code: 'authenticator_missing' | 'credential_missing'): Refusal {
  return announceRefusal(new Failure(code))
}

/**
 * The principal that this very authenticator attached to the request.
 * @throws `Error` if there is none: the authenticator did not run, or the request is anonymous
 */
export function principalOf<Claims>(
  request: object,
  authenticator: Authenticator<Claims>,
): Principal<Claims> {
  const outcome = outcomeOf(request, authenticator)
  if (outcome?.type === 'authenticated') return outcome.principal as Principal<Claims>
  throw new Error(
    outcome === undefined
      ? 'countersign: of() found no principal: register this jwtAuth() before the handler that calls it'
      : 'countersign: of() found no principal: the request is anonymous. Put a guard before the handler, or test req.auth',
  )
}
