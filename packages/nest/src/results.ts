import type { Authenticator, Outcome, Refusal } from '@countersign/core'
import { outcomeOf } from '@countersign/core/adapter'

/** The result of a policy's authenticator for a request. The outcome itself is stored on the request. */
export interface AuthResult {
  readonly authenticator: Authenticator<unknown>
  readonly refusal: Promise<Refusal | undefined>
}

/** By request and name of the policy: the fields of one GraphQL operation may use different policies. */
const results = new WeakMap<object, Map<string, AuthResult>>()

export function resultOf(carrier: object, policy: string): AuthResult | undefined {
  return results.get(carrier)?.get(policy)
}

export function rememberResult(carrier: object, policy: string, result: AuthResult): void {
  results.set(carrier, new Map(results.get(carrier)).set(policy, result))
}

/** The outcome for a handler with this policy. If no guard of ours ran, middleware before Nest may have run. */
export function outcomeFor(carrier: object, policy: string): Outcome<unknown> | undefined {
  if (!results.has(carrier)) return outcomeOf(carrier)
  const authenticator = resultOf(carrier, policy)?.authenticator
  return authenticator && outcomeOf(carrier, authenticator)
}
