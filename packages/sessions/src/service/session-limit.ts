import type { SessionRecord, SessionStore } from '@countersign/stores'
import { liveSessions } from './live-sessions.ts'
import { tagOf } from '../token/secrets.ts'
import type { LimitPolicy } from './service-options.ts'

/** The subject has as many sessions as it may, and `overLimit` is `deny`. */
export class SessionLimitError extends Error {
  constructor() {
    super('countersign: the user has as many sessions as maxSessions allows')
    this.name = 'SessionLimitError'
  }
}

/** What a login is to respect. */
export interface SessionLimit {
  /** How many sessions there may be under the tag of the new one, that one included. */
  readonly limit: number | undefined
  /** Sessions under other tags that are over the limit: they end first. */
  readonly evicted: readonly string[]
}

/**
 * The store counts the sessions of one tag. While a secret is being replaced, the user has sessions under others too:
 * they count, and the oldest of all make room.
 *
 * @param tags of the user, that of the new session first
 * @param replaces a session that ends anyway
 * @throws `SessionLimitError`
 */
export async function sessionLimit(
  store: Pick<SessionStore, 'listSessions'>,
  { maxSessions, overLimit }: LimitPolicy,
  tags: readonly string[],
  replaces: string | undefined,
): Promise<SessionLimit> {
  if (maxSessions === undefined || tags.length === 1) return { limit: maxSessions, evicted: [] }
  const found = await liveSessions(store, tags)
  const live = found.filter(({ sid }) => sid !== replaces)
  const isElsewhere = ({ sid }: SessionRecord): boolean => tagOf(sid) !== tags[0]
  const elsewhere = live.filter(isElsewhere).length
  const excess = Math.max(0, live.length + 1 - maxSessions)
  if (excess > 0 && overLimit === 'deny') throw new SessionLimitError()
  const oldest = live.toSorted((a, b) => a.createdAt - b.createdAt).slice(0, excess)
  const evicted = oldest.filter(isElsewhere).map(({ sid }) => sid)
  return { limit: maxSessions - (elsewhere - evicted.length), evicted }
}
