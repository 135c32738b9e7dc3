import type { RevocationCheck, RevocationQuery } from '@countersign/core'
import type { SessionStore } from '@countersign/stores'
import type { SessionEnds } from '../service/session-ends.ts'
import type { SubjectInput } from '../session/subject.ts'
import { isSessionId } from '../token/refresh-token.ts'
import { tagOf } from '../token/secrets.ts'
import { readLivenessPolicy, type LivenessOptions } from './liveness-options.ts'
import { createStatusMemory } from './status-memory.ts'

/** What the check needs of the sessions. */
export interface LivenessSource {
  readonly store: Pick<SessionStore, 'checkSession'>
  readonly issuer: string
  readonly tagsOf: (owner: SubjectInput) => readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly ends: SessionEnds
}

/**
 * A check of access tokens against the sessions (core's step 7). Ended sessions stay ended, so that is remembered;
 * that one lives is believed for `maxAge`.
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
    // It can never be told whether a token without `iat` came before or after.
    if (!isOurs && query.issuedAt === undefined) return true
    const tags = tagsOf(isOurs ? query : { subject: query.subject })
    const statuses = await Promise.all(tags.map((tag) => memory.statusOf(tag, undefined)))
    const epoch = Math.max(0, ...statuses.map((status) => status?.epoch ?? 0))
    return isOurs ? isBeforeEpoch(query, epoch) : isIssuedBefore(query, epoch)
  }
}

/** Our own tokens without session say of which epoch they are. */
function isBeforeEpoch(query: RevocationQuery, epoch: number): boolean {
  return query.epoch === undefined ? isIssuedBefore(query, epoch) : query.epoch < epoch
}

/**
 * For tokens that know no epoch: `iat` has whole seconds, so within the second of the epoch nobody can say which came
 * first. Both are refused: rather one login too many than a stolen token too long.
 */
function isIssuedBefore({ issuedAt }: RevocationQuery, epoch: number): boolean {
  if (epoch === 0) return false
  return issuedAt === undefined || issuedAt <= Math.floor(epoch / 1_000) * 1_000
}
