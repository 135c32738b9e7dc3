import { hasSubscribers, publish } from './events.ts'
import type { Failure } from '../refusal/failure.ts'
import { refuse, type Refusal } from '../refusal/refuse.ts'

/** Step 10, and the event: operators get the cause, clients do not. */
export function announceRefusal(failure: Failure, realm?: string): Refusal {
  const refusal = refuse(failure, realm)
  if (hasSubscribers('countersign:refused')) {
    const { claim, cause } = failure.facts
    publish('countersign:refused', { code: failure.code, status: refusal.status, claim, cause })
  }
  return refusal
}
