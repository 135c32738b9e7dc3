import type { MaybePromise } from '../base/maybe-promise.ts'
import { checkDates } from '../claims/dates.ts'
import type { Issuers } from '../issuer/issuer-entry.ts'
import { andThen, Failure } from '../refusal/failure.ts'
import type { AcceptedToken, TokenAcceptor } from './accept-token.ts'
import { createSeenBefore } from './seen-before.ts'
import { createTokenCache } from './token-cache.ts'

/** Limits of the cache. */
export interface MemoryBounds {
  /** Tokens. */
  readonly tokenCacheSize: number
  /** Characters. */
  readonly maxTokenLength: number
}

/**
 * Caches the result of steps 4 and 5, for the tokens of all issuers. A token that was accepted twice is not verified
 * a third time. But what may have changed is checked again: the entry of its issuer must be the same object, the
 * source must still return the same key for it, and the time must be right. (Carrier, binding, CSRF token and
 * revocation are checked outside, for each request.)
 *
 * Twice, because many tokens come only once, and caching those costs more than verifying them.
 */
export function rememberAccepted(
  acceptToken: TokenAcceptor,
  issuers: Issuers,
  { tokenCacheSize, maxTokenLength }: MemoryBounds,
): TokenAcceptor {
  if (tokenCacheSize === 0) return acceptToken
  const cache = createTokenCache<AcceptedToken>(tokenCacheSize)
  const noteToken = createSeenBefore(tokenCacheSize)

  function recall(text: string, known: AcceptedToken, now: number): MaybePromise<AcceptedToken | Failure> {
    const { token } = known
    const { issuer } = token
    if (issuers.get(issuer.issuer) !== issuer) return forget(text, now)
    // The same query as at first: so an outage, a rotation or a refresh has the same effect on new and cached tokens.
    return andThen(issuer.keys.find(token.query), (keys) => {
      if (!keys.includes(token.key)) return forget(text, now)
      const expiresAt = checkDates(token.claims, issuer.claims, now)
      return expiresAt instanceof Failure ? expiresAt : known
    })
  }

  function forget(text: string, now: number): MaybePromise<AcceptedToken | Failure> {
    cache.delete(text)
    return acceptAnew(text, now, true)
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
    // Longer tokens are never accepted, so never found. Shorter ones have no tail.
    const known = text.length > 6 && text.length <= maxTokenLength ? cache.get(text) : undefined
    return known === undefined ? acceptAnew(text, now, false) : recall(text, known, now)
  }
}
