import { checkDates } from '../claims/dates.ts'
import { andThen, Failure } from '../refusal/failure.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { KeySource } from '../keys/key-source.ts'
import type { Policy } from '../policy/policy.ts'
import type { AcceptedToken, TokenAcceptor } from './accept-token.ts'
import { createSeenBefore } from './seen-before.ts'
import { createTokenCache } from './token-cache.ts'

/**
 * Puts a memory in front of steps 4 to 6. A token that was accepted twice is not verified a third time, but judged again
 * in all that may have changed: its key must still be the one that the source names for it, and the time must be right.
 * (Carrier, CSRF token and revocation are judged outside, at each request.)
 *
 * Twice, because many tokens come only once, and keeping those costs more than verifying them.
 */
export function rememberAccepted(
  acceptToken: TokenAcceptor,
  policy: Policy,
  sources: ReadonlyMap<string, KeySource>,
): TokenAcceptor {
  if (policy.tokenCacheSize === 0) return acceptToken
  const cache = createTokenCache<AcceptedToken>(policy.tokenCacheSize)
  const noteToken = createSeenBefore(policy.tokenCacheSize)

  function recall(text: string, known: AcceptedToken, now: number): MaybePromise<AcceptedToken | Failure> {
    const { token } = known
    // The same question as at first: so an outage, a rotation or a refresh has the same effect on tokens new and old.
    return andThen(sources.get(token.issuer.issuer)!.find(token.query), (keys) => {
      if (!keys.includes(token.key)) {
        cache.delete(text)
        return acceptAnew(text, now, true)
      }
      const expiresAt = checkDates(token.claims, policy, now)
      return expiresAt instanceof Failure ? expiresAt : known
    })
  }

  function acceptAnew(
    text: string,
    now: number,
    wasRemembered: boolean,
  ): MaybePromise<AcceptedToken | Failure> {
    return andThen(acceptToken(text, now), (accepted) => {
      const isRepeatable = accepted.checked.repeatable && accepted.token.key.repeatable
      if (isRepeatable && (wasRemembered || noteToken(text))) cache.set(text, accepted)
      return accepted
    })
  }

  return function acceptOrRecall(text, now) {
    // Longer ones are never accepted, so never found; and shorter ones have no tail.
    const known = text.length > 6 && text.length <= policy.maxTokenLength ? cache.get(text) : undefined
    return known === undefined ? acceptAnew(text, now, false) : recall(text, known, now)
  }
}
