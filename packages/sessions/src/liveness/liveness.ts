import type { RevocationCheck, RevocationQuery } from '@countersign/core'
import type { SessionStore } from '@countersign/stores'
import type { SessionEnds } from '../service/session-ends.ts'
import type { SubjectInput } from '../session/subject.ts'
import { isSessionId } from '../token/refresh-token.ts'
import { tagOf } from '../token/secrets.ts'
import { readLivenessPolicy, type LivenessOptions } from './liveness-options.ts'
import { createStatusMemory } from './status-memory.ts'

/** What the check needs from the sessions. */
export interface LivenessSource {
  readonly store: Pick<SessionStore, 'checkSession'>
  readonly issuer: string
  readonly tagsOf: (owner: SubjectInput) => readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly ends: SessionEnds
}

/**
 * Checks access tokens against the sessions (core's step 7). Ended sessions stay ended, so a cached end does not become
 * outdated; that a session is alive is cached for `maxAge`.
 */
export function createLiveness(source: LivenessSource, options: LivenessOptions = {}): RevocationCheck {
  const policy = readLivenessPolicy(options)
  const { issuer, tagsOf, store, ends, now } = source
  const memory = createStatusMemory(store, ends, policy, now)

  return async (query: RevocationQuery) => {
    const isOurs = query.issuer === issuer
    if (!isOurs && !policy.foreignIssuers.includes(query.issuer)) return false
    if (isOurs && query.sessionId !== undefined) {
      if (!isSessionId(query.sessionId)) return true
      const status = await memory.statusOf(tagOf(query.sessionId), query.sessionId)
      return status !== undefined && status.state !== 'live'
    }
    // Without `iat`, it is not known whether the token was issued before or after.
    if (!isOurs && query.issuedAt === undefined) return true
    const tags = tagsOf(isOurs ? query : { subject: query.subject })
    const statuses = await Promise.all(tags.map((tag) => memory.statusOf(tag, undefined)))
    const epoch = Math.max(0, ...statuses.map((status) => status?.epoch ?? 0))
    return isOurs ? isBeforeEpoch(query, epoch) : isIssuedBefore(query, epoch)
  }
}

/** Our own tokens without a session contain their epoch. */
function isBeforeEpoch(query: RevocationQuery, epoch: number): boolean {
  return query.epoch === undefined ? isIssuedBefore(query, epoch) : query.epoch < epoch
}

/**
 * For tokens without an epoch: `iat` is in whole seconds, so within the second of the epoch the order is not known.
 * Such tokens are rejected: one login too many is better than accepting a stolen token.
 */
function isIssuedBefore({ issuedAt }: RevocationQuery, epoch: number): boolean {
  if (epoch === 0) return false
  return issuedAt === undefined || issuedAt <= Math.floor(epoch / 1_000) * 1_000
}
