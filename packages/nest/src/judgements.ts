import type { Authenticator, Outcome, Refusal } from '@countersign/core'
import { outcomeOf } from '@countersign/core/adapter'

/** What a policy's authenticator says of a request; the outcome itself is left on the request. */
export interface Judgement {
  readonly authenticator: Authenticator<unknown>
  readonly refusal: Promise<Refusal | undefined>
}

/** By request and name of the policy: in one GraphQL operation, fields may be judged by different policies. */
const judgements = new WeakMap<object, Map<string, Judgement>>()

export function judgementOf(carrier: object, policy: string): Judgement | undefined {
  return judgements.get(carrier)?.get(policy)
}

export function rememberJudgement(carrier: object, policy: string, judgement: Judgement): void {
  judgements.set(carrier, new Map(judgements.get(carrier)).set(policy, judgement))
}

/** What a handler under this policy may know. Where no guard of ours ran, middleware before Nest may have. */
export function outcomeFor(carrier: object, policy: string): Outcome<unknown> | undefined {
  if (!judgements.has(carrier)) return outcomeOf(carrier)
  const authenticator = judgementOf(carrier, policy)?.authenticator
  return authenticator && outcomeOf(carrier, authenticator)
}
