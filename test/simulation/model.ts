import {
  subjectTagOf,
  type RotateInput,
  type RotateResult,
  type RotationMode,
  type SessionStore,
} from '@countersign/stores'

/** What is always true, each by a name that a failure begins with. */
export const INVARIANTS = {
  oneGeneration: 'at most one generation is live',
  ended: 'no token is accepted after a tombstone or a raised epoch',
  lifetime: 'no session outlives its absolute or idle time',
  noFalseTheft: 'there is no verdict of theft where every token came within its window',
  theft: 'a superseded token outside its window ends the session, and only that one',
} as const

class InvariantError extends Error {
  constructor(name: keyof typeof INVARIANTS, detail: string) {
    super(`${INVARIANTS[name]}: ${detail}`)
    this.name = 'InvariantError'
  }
}

export function hold(isTrue: boolean, name: keyof typeof INVARIANTS, detail: string): void {
  if (!isTrue) throw new InvariantError(name, detail)
}

/** Milliseconds. */
export interface Limits {
  readonly grace: number
  readonly cooldown: number
  readonly idle: number
  readonly absolute: number
}

/** A session as an onlooker knows it, who sees what the store is asked and answers, in the order of its writes. */
interface Seen {
  readonly startedAt: number
  newest: number
  /** The last answer that moved idle expiry: a rotation, or within the cooldown. */
  seenAt: number
  /** When the newest generation was made, and whether it was presented since. */
  madeAt: number
  isUsed: boolean
  endedAt: number | undefined
}

/** Looks on, and fails where an invariant does. */
export interface Onlooker {
  /** The store, looked at. */
  readonly store: SessionStore
  /** Sessions that are over by what was asked of the store. */
  readonly isOver: (sid: string) => boolean
  readonly sids: () => readonly string[]
  /** The first thing that was wrong, if anything was; a store's caller may have caught it. */
  readonly check: () => void
}

const GOOD: ReadonlySet<string> = new Set(['rotated', 'cooldown', 'replayed', 'ahead'])

export function createOnlooker(
  store: SessionStore,
  { mode, limits, now }: { readonly mode: RotationMode; readonly limits: Limits; readonly now: () => number },
): Onlooker {
  const sessions = new Map<string, Seen>()
  const end = (sid: string): void => {
    const seen = sessions.get(sid)
    if (seen !== undefined) seen.endedAt ??= now()
  }
  let wrong: InvariantError | undefined

  /** What the rules promise of one answer, said anew and not as the rule says it. */
  function judge({ sid, gen }: RotateInput, { outcome, session }: RotateResult): void {
    const seen = sessions.get(sid)
    if (seen === undefined) return
    const what = `${outcome} for generation ${gen} of ${seen.newest}, made ${now() - seen.madeAt} ms ago`
    const isGood = GOOD.has(outcome)
    const time = now()
    if (seen.endedAt !== undefined) return hold(!isGood, 'ended', what)
    const isExpired = time - seen.seenAt >= limits.idle || time - seen.startedAt >= limits.absolute
    if (isGood) {
      hold(!isExpired, 'lifetime', what)
      hold(session!.absoluteExpiresAt === seen.startedAt + limits.absolute, 'lifetime', `moved: ${what}`)
      hold(session!.idleExpiresAt <= session!.absoluteExpiresAt, 'lifetime', `idle past absolute: ${what}`)
    }
    if (isExpired) {
      seen.endedAt = time
      return hold(outcome !== 'reused', 'noFalseTheft', `expired: ${what}`)
    }
    const isCurrent = gen === seen.newest
    const isWithin = isCurrent || (gen === seen.newest - 1 && isParentGood(seen, time))
    if (isWithin) hold(outcome !== 'reused', 'noFalseTheft', what)
    else hold(outcome === 'reused' && session?.revokedAt !== undefined, 'theft', what)
    if (outcome === 'reused') return end(sid)
    // The newest one stays, or follows the one that was presented, and then only if that was the newest.
    const answered = session!.gen
    const follows = outcome === 'rotated' && isCurrent && answered === seen.newest + 1
    hold(answered === seen.newest || follows, 'oneGeneration', `answered ${answered}: ${what}`)
    if (follows) Object.assign(seen, { newest: answered, madeAt: time, seenAt: time, isUsed: false })
    else if (isCurrent) Object.assign(seen, { seenAt: time, isUsed: true })
  }

  function isParentGood({ madeAt, isUsed }: Seen, time: number): boolean {
    if (mode === 'strict') return false
    return time - madeAt <= limits.grace || (mode === 'untilUsed' && !isUsed)
  }

  function look(found: () => void): void {
    try {
      found()
    } catch (error) {
      if (!(error instanceof InvariantError)) throw error
      wrong ??= error
    }
  }

  const looked: SessionStore = {
    ...store,
    async createSession(input) {
      const created = await store.createSession(input)
      const row = created.session
      if (row !== undefined) {
        const { sid, createdAt } = row
        sessions.set(sid, {
          startedAt: createdAt,
          newest: 1,
          madeAt: createdAt,
          seenAt: createdAt,
          isUsed: false,
          endedAt: undefined,
        })
      }
      for (const sid of created.evicted) end(sid)
      if (row !== undefined && input.replaces?.startsWith(`${subjectTagOf(row.sid)}.`)) end(input.replaces)
      return created
    },
    async rotate(input) {
      const result = await store.rotate(input)
      look(() => judge(input, result))
      return result
    },
    async endSession(sid, reason, revokeFor) {
      const wasLive = await store.endSession(sid, reason, revokeFor)
      end(sid)
      return wasLive
    },
    async raiseEpoch(input) {
      const raised = await store.raiseEpoch(input)
      const { subjectTag, exceptSid } = input
      for (const sid of sessions.keys()) if (sid.startsWith(`${subjectTag}.`) && sid !== exceptSid) end(sid)
      return raised
    },
  }
  return {
    store: looked,
    sids: () => [...sessions.keys()],
    isOver(sid) {
      const { startedAt, seenAt, endedAt } = sessions.get(sid)!
      return endedAt !== undefined || now() - seenAt >= limits.idle || now() - startedAt >= limits.absolute
    },
    check() {
      if (wrong !== undefined) throw wrong
    },
  }
}
