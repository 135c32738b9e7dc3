import type { SessionStatus, SessionStore } from '@countersign/stores'
import { publish } from '../events/session-events.ts'
import type { Ended, SessionEnds } from '../service/session-ends.ts'
import { tagOf } from '../token/secrets.ts'
import type { LivenessPolicy } from './liveness-options.ts'

/** A cache of what the store said about sessions, and about tags for tokens without a session. */
export interface StatusMemory {
  /**
   * From the cache or from the store. `undefined`: the store is down, nothing is known, and the policy accepts that.
   */
  statusOf(tag: string, sid: string | undefined): Promise<SessionStatus | undefined>
}

/** A cached status, under a session id, or under a tag for tokens without a session. */
interface Entry {
  readonly status: SessionStatus
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** A request that the store has not answered yet. */
interface Asking {
  readonly answer: Promise<SessionStatus>
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** A cache that is informed of every end in this process. `now` in milliseconds since the epoch. */
export function createStatusMemory(
  store: Pick<SessionStore, 'checkSession'>,
  ends: Pick<SessionEnds, 'subscribe'>,
  policy: LivenessPolicy,
  now: () => number,
): StatusMemory {
  const { maxAge, maxStaleness, onStale } = policy
  const records = createRecords(policy.maxEntries, now)
  forgetWithEnds(ends, records)

  /** Whether a result of that time is still valid. It is not if the clock was set back since. */
  function isWithin(limit: number, at: number): boolean {
    const age = now() - at
    return age >= 0 && age < limit
  }

  function ask(key: string, tag: string, sid: string | undefined): Promise<SessionStatus> {
    const { asking } = records
    const running = asking.get(key)
    if (running !== undefined && (running.at === now() || isWithin(maxAge, running.at))) return running.answer
    // The result counts from the time of the request: the store may have read the row early, and responded late.
    const at = now()
    const answer = store.checkSession(tag, sid).then((status) => {
      // If a session ended meanwhile, the result may be older than that end.
      if (asking.get(key) === mine || isOver(status, sid)) records.remember(key, { status, at })
      return status
    })
    const mine: Asking = { answer, at }
    asking.set(key, mine)
    const done = (): void => void (asking.get(key) === mine && asking.delete(key))
    answer.then(done, done)
    return answer
  }

  return {
    async statusOf(tag, sid) {
      const key = sid ?? tag
      const entry = records.known.get(key)
      if (entry !== undefined && (isOver(entry.status, sid) || isWithin(maxAge, entry.at)))
        return entry.status
      try {
        return await ask(key, tag, sid)
      } catch (cause) {
        // What is known now: a session may have ended here during the request to the store.
        const last = records.known.get(key)
        if (last !== undefined && (isOver(last.status, sid) || isWithin(maxStaleness, last.at)))
          return last.status
        const answer = onStale === 'reject' ? 'rejected' : 'accepted'
        publish('countersign:session:stale', { sessionId: sid, answer, cause })
        if (onStale === 'reject') throw cause
        return undefined
      }
    },
  }
}

/** Cached statuses, and running requests. */
interface Records {
  readonly known: Map<string, Entry>
  readonly asking: Map<string, Asking>
  remember(key: string, entry: Entry): void
  /** Updates the cache after an end. */
  hear(what: Ended): void
}

function createRecords(maxEntries: number, now: () => number): Records {
  const known = new Map<string, Entry>()
  const asking = new Map<string, Asking>()

  function remember(key: string, entry: Entry): void {
    known.delete(key)
    known.set(key, entry)
    if (known.size > maxEntries) known.delete(known.keys().next().value!)
  }

  return {
    known,
    asking,
    remember,
    hear(what) {
      for (const key of asking.keys()) if (concerns(what, key)) asking.delete(key)
      if (what !== 'all' && 'sid' in what) {
        remember(what.sid, { status: { now: 0, state: 'revoked', epoch: 0, dataVersion: 0 }, at: now() })
      } else for (const key of known.keys()) if (concerns(what, key)) known.delete(key)
    },
  }
}

/**
 * Subscribes the records while they are in use. A check is never closed explicitly, so garbage-collected records are
 * found at the next end of a session, and their subscription is removed.
 */
function forgetWithEnds(ends: Pick<SessionEnds, 'subscribe'>, records: Records): void {
  const held = new WeakRef(records)
  const unsubscribe = ends.subscribe((what) => {
    const alive = held.deref()
    if (alive === undefined) unsubscribe()
    else alive.hear(what)
  })
}

/** Whether an end concerns the entry under a key. */
function concerns(what: Ended, key: string): boolean {
  if (what === 'all') return true
  return 'sid' in what ? key === what.sid : key === what.tag || tagOf(key) === what.tag
}

/** Whether a status is final. An unknown session is not: restoring a backup may bring it back. */
function isOver({ state }: SessionStatus, sid: string | undefined): boolean {
  return sid !== undefined && (state === 'revoked' || state === 'expired')
}
