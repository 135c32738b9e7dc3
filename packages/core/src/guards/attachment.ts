import type { OnRefused } from '../adapter-options.ts'
import type { Authenticator } from '../authenticator.ts'
import type { Outcome } from '../outcome.ts'
import type { Principal } from '../principal/principal.ts'
import { Failure } from '../refusal/failure.ts'
import { announceRefusal } from '../events/announce-refusal.ts'
import type { Refusal } from '../refusal/refuse.ts'
import type { Requirement } from './requirement.ts'

/** Registered, so that a guard from one copy of this package finds what an authenticator of another attached. */
const OUTCOMES: unique symbol = Symbol.for('@countersign/outcomes') as never

interface Attachment {
  readonly authenticator: Authenticator<unknown>
  readonly outcome: Outcome<unknown>
  readonly onRefused: OnRefused
}

/** Whatever a framework hands from middleware to middleware. */
type Carrier = object & { [OUTCOMES]?: readonly Attachment[] }

/**
 * Leaves an outcome on a request, for guards and for `of()`. The last one is the nearest; each authenticator has one.
 * @param onRefused what guards behind this authenticator do where they are not told otherwise
 */
export function attachOutcome<Claims>(
  request: object,
  authenticator: Authenticator<Claims>,
  outcome: Outcome<Claims>,
  onRefused: OnRefused = 'respond',
): void {
  const carrier: Carrier = request
  const attachment = { authenticator: authenticator as Authenticator<unknown>, outcome, onRefused }
  const earlier = carrier[OUTCOMES]
  carrier[OUTCOMES] =
    earlier === undefined
      ? [attachment]
      : [...earlier.filter((other) => other.authenticator !== authenticator), attachment]
}

/** What was attached: by this authenticator, or by the nearest one. */
export function outcomeOf(
  request: object,
  authenticator?: Authenticator<unknown>,
): Outcome<unknown> | undefined {
  return attachmentOf(request, authenticator)?.outcome
}

function attachmentOf(request: object, authenticator?: Authenticator<unknown>): Attachment | undefined {
  const attachments = (request as Carrier)[OUTCOMES]
  return authenticator === undefined
    ? attachments?.at(-1)
    : attachments?.findLast((attachment) => attachment.authenticator === authenticator)
}

/**
 * What a guard does: judges the nearest outcome on the request. Without an authenticator before it, it fails closed.
 * @returns what to answer, or `undefined` if the request may pass
 */
export function guardRequest(request: object, requirement: Requirement): Promise<Refusal | undefined> {
  const nearest = attachmentOf(request)
  if (nearest === undefined) return Promise.resolve(refusalFor('authenticator_missing'))
  return nearest.authenticator.authorize(nearest.outcome, requirement)
}

/** What the nearest authenticator does with refused requests, and so the guards behind it. */
export function onRefusedOf(request: object): OnRefused {
  return attachmentOf(request)?.onRefused ?? 'respond'
}

/** The answer where an adapter finds, outside the path of a request, that something is missing. */
export function refusalFor(code: 'authenticator_missing' | 'credential_missing'): Refusal {
  return announceRefusal(new Failure(code))
}

/**
 * The principal that this very authenticator attached to the request.
 * @throws `Error` where there is none: an authenticator that did not run, or an anonymous request
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
