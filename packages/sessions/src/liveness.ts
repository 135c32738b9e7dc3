import type { RevocationCheck, RevocationQuery } from '@countersign/core'
import type { SessionStatus, SessionStore } from '@countersign/stores'
import { assertNames, OptionError, optionalNumber } from '@countersign/core/toolkit'
import { publish } from './events.ts'
import { isSessionId } from './token/refresh-token.ts'
import type { SubjectInput } from './session-types.ts'
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
   * subject's sessions were ended, or where they do not say when (`iat`). Their subjects are taken to be of no tenant.
   * Default none.
   */
  readonly foreignIssuers?: readonly string[] | undefined
}

const OPTION_NAMES = {
  maxAge: true,
  maxStaleness: true,
  onStale: true,
  maxEntries: true,
  foreignIssuers: true,
} as const satisfies Record<keyof LivenessOptions, true>

/** What ended: a session, all of a subject's tag, or nobody can say which. */
export type Ended = { readonly sid: string } | { readonly tag: string } | 'all'

/** What the check needs of the sessions. */
export interface LivenessSource {
  readonly store: Pick<SessionStore, 'checkSession'>
  readonly issuer: string
  readonly tagsOf: (owner: SubjectInput) => readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Told of every end in this process. A feed of the ends in other processes would be told the same way. */
  readonly ended: Set<(ended: Ended) => void>
}

/** What is remembered under a session id, or under a tag for tokens without session. */
interface Entry {
  readonly status: SessionStatus
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** A question that the store has not answered yet. */
interface Asking {
  readonly answer: Promise<SessionStatus>
  /** Milliseconds since the epoch. */
  readonly at: number
}

/**
 * A check of access tokens against the sessions (core's step 7). Ended sessions stay ended, so that is remembered;
 * that one lives is believed for `maxAge`.
 */
export function createLiveness(source: LivenessSource, options: LivenessOptions = {}): RevocationCheck {
  if (typeof options !== 'object' || options === null)
    throw new OptionError('liveness', 'must be an object, such as { maxAge: 5 }')
  assertNames<LivenessOptions>(options, OPTION_NAMES, 'liveness')
  const { store, now, issuer } = source
  const { onStale = 'reject', foreignIssuers = [] } = options
  if (onStale !== 'reject' && onStale !== 'accept')
    throw new OptionError('onStale', 'must be "reject" or "accept"')
  if (!Array.isArray(foreignIssuers) || !foreignIssuers.every((one) => typeof one === 'string'))
    throw new OptionError('foreignIssuers', 'must be a list of issuers, each a string')
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
  const asking = new Map<string, Asking>()

  source.ended.add((what) => {
    for (const key of asking.keys()) if (concerns(what, key)) asking.delete(key)
    if (what !== 'all' && 'sid' in what) {
      remember(what.sid, { status: { now: 0, state: 'revoked', epoch: 0, dataVersion: 0 }, at: now() })
    } else for (const key of known.keys()) if (concerns(what, key)) known.delete(key)
  })

  function remember(key: string, entry: Entry): void {
    known.delete(key)
    known.set(key, entry)
    if (known.size > maxEntries) known.delete(known.keys().next().value!)
  }

  /** Whether something of that time still counts. Not if the clock was set back since. */
  function isWithin(limit: number, at: number): boolean {
    const age = now() - at
    return age >= 0 && age < limit
  }

  function ask(key: string, tag: string, sid: string | undefined): Promise<SessionStatus> {
    const running = asking.get(key)
    if (running !== undefined && (running.at === now() || isWithin(maxAge, running.at))) return running.answer
    // As old as the question: the store may have read it at once, and answered late.
    const at = now()
    const answer = store.checkSession(tag, sid).then((status) => {
      // After an end in the meantime the answer may be from before it.
      if (asking.get(key) === mine || isOver(status, sid)) remember(key, { status, at })
      return status
    })
    const mine: Asking = { answer, at }
    asking.set(key, mine)
    const done = (): void => void (asking.get(key) === mine && asking.delete(key))
    answer.then(done, done)
    return answer
  }

  /** What is known about a session, from memory or from the store. `undefined`: nothing can be told, and that is accepted. */
  async function statusOf(tag: string, sid: string | undefined): Promise<SessionStatus | undefined> {
    const key = sid ?? tag
    const entry = known.get(key)
    if (entry !== undefined && (isOver(entry.status, sid) || isWithin(maxAge, entry.at))) return entry.status
    try {
      return await ask(key, tag, sid)
    } catch (cause) {
      // What is known by now: a session may have ended here while the store was asked.
      const last = known.get(key)
      if (last !== undefined && (isOver(last.status, sid) || isWithin(maxStaleness, last.at)))
        return last.status
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
      if (!isSessionId(query.sessionId)) return true
      const status = await statusOf(tagOf(query.sessionId), query.sessionId)
      return status !== undefined && status.state !== 'live'
    }
    // It can never be told whether a token without `iat` came before or after.
    if (!isOurs && query.issuedAt === undefined) return true
    const tags = source.tagsOf(isOurs ? query : { subject: query.subject })
    const statuses = await Promise.all(tags.map((tag) => statusOf(tag, undefined)))
    const epoch = Math.max(0, ...statuses.map((status) => status?.epoch ?? 0))
    return isOurs ? isBeforeEpoch(query, epoch) : isIssuedBefore(query, epoch)
  }
}

/** Whether an end is about what is kept under a key. */
function concerns(what: Ended, key: string): boolean {
  if (what === 'all') return true
  return 'sid' in what ? key === what.sid : key === what.tag || tagOf(key) === what.tag
}

/** An answer that no later one takes back. A session that is not there may be brought back by a backup. */
function isOver({ state }: SessionStatus, sid: string | undefined): boolean {
  return sid !== undefined && (state === 'revoked' || state === 'expired')
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
