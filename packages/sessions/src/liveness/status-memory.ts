import type { SessionStatus, SessionStore } from '@countersign/stores'
import { publish } from '../events/session-events.ts'
import type { Ended, SessionEnds } from '../service/session-ends.ts'
import { tagOf } from '../token/secrets.ts'
import type { LivenessPolicy } from './liveness-options.ts'

/** What the store said about sessions, and about tags for tokens without session. */
export interface StatusMemory {
  /** From memory or from the store. `undefined`: the store is down, nothing is known, and that is accepted. */
  statusOf(tag: string, sid: string | undefined): Promise<SessionStatus | undefined>
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

/** A memory that hears of every end in this process. `now` in milliseconds since the epoch. */
export function createStatusMemory(
  store: Pick<SessionStore, 'checkSession'>,
  ends: Pick<SessionEnds, 'subscribe'>,
  policy: LivenessPolicy,
  now: () => number,
): StatusMemory {
  const { maxAge, maxStaleness, onStale } = policy
  const records = createRecords(policy.maxEntries, now)
  forgetWithEnds(ends, records)

  /** Whether something of that time still counts. Not if the clock was set back since. */
  function isWithin(limit: number, at: number): boolean {
    const age = now() - at
    return age >= 0 && age < limit
  }

  function ask(key: string, tag: string, sid: string | undefined): Promise<SessionStatus> {
    const { asking } = records
    const running = asking.get(key)
    if (running !== undefined && (running.at === now() || isWithin(maxAge, running.at))) return running.answer
    // As old as the question: the store may have read it at once, and answered late.
    const at = now()
    const answer = store.checkSession(tag, sid).then((status) => {
      // After an end in the meantime the answer may be from before it.
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
        // What is known by now: a session may have ended here while the store was asked.
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

/** What is remembered, and what was asked. */
interface Records {
  readonly known: Map<string, Entry>
  readonly asking: Map<string, Asking>
  remember(key: string, entry: Entry): void
  /** Takes an end into account. */
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
 * Subscribes records for as long as somebody has them: a check has no end that it could be told of, so one that was
 * dropped is found at the next end of a session, and its subscription goes.
 */
function forgetWithEnds(ends: Pick<SessionEnds, 'subscribe'>, records: Records): void {
  const held = new WeakRef(records)
  const unsubscribe = ends.subscribe((what) => {
    const alive = held.deref()
    if (alive === undefined) unsubscribe()
    else alive.hear(what)
  })
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
