import type { RevocationCheck, RevocationQuery } from '@countersign/core'
import type { SessionStatus, SessionStore } from '@countersign/core/stores'
import { OptionError, optionalNumber } from '@countersign/core/toolkit'
import { publish } from './events.ts'
import { tagOf } from './token/secrets.ts'

/** How a server learns that a session ended. */
export interface LivenessOptions {
  /** Seconds for which an answer of the store is believed. In this process, an end is known at once. Default 1. */
  readonly maxAge?: number | undefined
  /** Seconds for which an older answer serves while the store is down. At least `maxAge`. Default 10. */
  readonly maxStaleness?: number | undefined
  /** After that: refuse with 503, or believe the token. Default `reject`. */
  readonly onStale?: 'reject' | 'accept' | undefined
  /** Sessions that are remembered, about 200 bytes each. Default 10000. */
  readonly maxEntries?: number | undefined
  /**
   * Other issuers whose subjects are the same people: their tokens are refused where they were issued before the
   * subject's sessions were ended. Default none.
   */
  readonly foreignIssuers?: readonly string[] | undefined
}

/** What the check needs of the sessions. */
export interface LivenessSource {
  readonly store: Pick<SessionStore, 'checkSession'>
  readonly issuer: string
  readonly tagsOf: (subject: { readonly subject: string }) => readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Told of every end in this process. A feed of the ends in other processes would be told the same way. */
  readonly ended: Set<(ended: { readonly sid: string } | { readonly tag: string }) => void>
}

/** What is remembered under a session id, or under a tag for tokens without session. */
interface Entry {
  readonly status: SessionStatus
  /** Milliseconds since the epoch. */
  readonly at: number
}

/**
 * A check of access tokens against the sessions (core's step 7). Ended sessions stay ended, so that is remembered;
 * that one lives is believed for `maxAge`.
 */
export function createLiveness(source: LivenessSource, options: LivenessOptions = {}): RevocationCheck {
  const { store, now, issuer } = source
  const { onStale = 'reject', foreignIssuers = [] } = options
  if (onStale !== 'reject' && onStale !== 'accept')
    throw new OptionError('onStale', 'must be "reject" or "accept"')
  const maxAge = optionalNumber(options, 'maxAge', { default: 1, max: 3_600, unit: 'seconds' }) * 1_000
  const maxStaleness =
    optionalNumber(options, 'maxStaleness', {
      default: Math.max(10, maxAge / 1_000),
      max: 86_400,
      unit: 'seconds',
    }) * 1_000
  if (maxStaleness < maxAge) throw new OptionError('maxStaleness', 'must not be shorter than maxAge')
  const maxEntries = optionalNumber(options, 'maxEntries', { default: 10_000, min: 1, unit: 'sessions' })
  const known = new Map<string, Entry>()
  const asking = new Map<string, Promise<SessionStatus>>()
  /** Counts the ends: an answer that was asked for before one of them may not know of it. */
  let ends = 0

  source.ended.add((what) => {
    ends++
    if ('sid' in what) remember(what.sid, { now: 0, state: 'revoked', epoch: 0 })
    else for (const key of known.keys()) if (key === what.tag || tagOf(key) === what.tag) known.delete(key)
    asking.clear()
  })

  function remember(key: string, status: SessionStatus): void {
    known.delete(key)
    known.set(key, { status, at: now() })
    if (known.size > maxEntries) known.delete(known.keys().next().value!)
  }

  function ask(key: string, tag: string, sid: string | undefined): Promise<SessionStatus> {
    const running = asking.get(key)
    if (running !== undefined) return running
    const before = ends
    const answer = store.checkSession(tag, sid).then((status) => {
      if (before === ends || status.state !== 'live') remember(key, status)
      return status
    })
    asking.set(key, answer)
    const done = (): void => void (asking.get(key) === answer && asking.delete(key))
    answer.then(done, done)
    return answer
  }

  /** What is known about a session, from memory or from the store. `undefined`: nothing can be told, and that is accepted. */
  async function statusOf(tag: string, sid: string | undefined): Promise<SessionStatus | undefined> {
    const key = sid ?? tag
    const entry = known.get(key)
    const age = entry === undefined ? Infinity : now() - entry.at
    if (entry !== undefined && (isOver(entry.status, sid) || (age >= 0 && age < maxAge))) return entry.status
    try {
      return await ask(key, tag, sid)
    } catch (cause) {
      if (entry !== undefined && age >= 0 && age < maxStaleness) return entry.status
      const answer = onStale === 'reject' ? 'rejected' : 'accepted'
      publish('countersign:session:stale', { sessionId: sid, answer, cause })
      if (onStale === 'reject') throw cause
      return undefined
    }
  }

  return async (query: RevocationQuery) => {
    const isOurs = query.issuer === issuer
    if (!isOurs && !foreignIssuers.includes(query.issuer)) return false
    if (isOurs && query.sessionId !== undefined) {
      const status = await statusOf(tagOf(query.sessionId), query.sessionId)
      return status !== undefined && status.state !== 'live'
    }
    const statuses = await Promise.all(source.tagsOf(query).map((tag) => statusOf(tag, undefined)))
    const epoch = Math.max(0, ...statuses.map((status) => status?.epoch ?? 0))
    return isOurs ? isBeforeEpoch(query, epoch) : isIssuedBefore(query, epoch)
  }
}

/** An answer that no later one takes back. */
function isOver({ state }: SessionStatus, sid: string | undefined): boolean {
  return sid !== undefined && state !== 'live'
}

/** Our own tokens without session say of which epoch they are. */
function isBeforeEpoch(query: RevocationQuery, epoch: number): boolean {
  return query.epoch === undefined ? isIssuedBefore(query, epoch) : query.epoch < epoch
}

/**
 * For tokens that know no epoch: `iat` has whole seconds, so within the second of the epoch nobody can say which came
 * first. Both are refused: rather one login too many than a stolen token too long. Without `iat`, everything is before.
 */
function isIssuedBefore({ issuedAt }: RevocationQuery, epoch: number): boolean {
  if (epoch === 0) return false
  return issuedAt === undefined || issuedAt <= Math.floor(epoch / 1_000) * 1_000
}
