import type { SessionRecord, SessionStore } from '@countersign/stores'
import { liveSessions } from './live-sessions.ts'
import { tagOf } from '../token/secrets.ts'
import type { LimitPolicy } from './service-options.ts'

/** The subject already has the maximum number of sessions, and `overLimit` is `deny`. */
export class SessionLimitError extends Error {
  constructor() {
    super('countersign: the user already has the number of sessions that maxSessions allows')
    this.name = 'SessionLimitError'
  }
}

/** The session limits for a login. */
export interface SessionLimit {
  /** The maximum number of sessions under the tag of the new one, including it. */
  readonly limit: number | undefined
  /** Sessions under other tags that exceed the limit: they end first. */
  readonly evicted: readonly string[]
}

/**
 * The store counts the sessions of one tag. While a secret is being replaced, the user also has sessions under other
 * tags: they count too, and the oldest of all end first.
 *
 * @param tags the user's tags, with that of the new session first
 * @param replaces a session that this login ends anyway
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
