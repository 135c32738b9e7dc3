import {
  decideCreation,
  decideRotation,
  sessionState,
  subjectTagOf,
  type SessionRecord,
  type SessionStore,
} from '@countersign/stores'

/** The rule of rotation, or a broken copy of it. */
export type Judge = typeof decideRotation

/** How a store is broken beside its rule. */
export interface Faults {
  readonly judge?: Judge | undefined
  /** What `reused` ends: its session, or all of the subject. */
  readonly reuseEnds?: 'all' | undefined
  /** Whether `endSession` says that it wrote, and did not. */
  readonly losesLogouts?: boolean | undefined
}

/** As little of a store as sessions need, with a rule of rotation that is given: to see tests fail where it is wrong. */
export function judgedStore(now: () => number, faults: Faults = {}): SessionStore {
  const { judge = decideRotation, reuseEnds, losesLogouts = false } = faults
  const rows = new Map<string, SessionRecord>()
  const epochs = new Map<string, number>()
  const epochOf = (sid: string): number => epochs.get(subjectTagOf(sid)) ?? 0
  const ofTag = (tag: string): SessionRecord[] =>
    [...rows.values()].filter(({ sid }) => subjectTagOf(sid) === tag)
  const stateOf = (sid: string) => sessionState(rows.get(sid), epochOf(sid), now())
  const write = (row: SessionRecord): SessionRecord => {
    rows.set(row.sid, row)
    return row
  }
  const end = (row: SessionRecord, reason: NonNullable<SessionRecord['reason']>): void =>
    void write({ ...row, revokedAt: now(), reason })

  return {
    mayLoseWrites: false,
    async createSession(input) {
      const tag = subjectTagOf(input.session.sid)
      const inside = { rows: ofTag(tag), epoch: epochs.get(tag) ?? 0, now: now() }
      const { session, ended } = decideCreation(input, inside)
      ended.forEach(write)
      if (session !== undefined) write(session)
      return { now: now(), session, evicted: [] }
    },
    async rotate(input) {
      const row = rows.get(input.sid)
      const inside = { row, epoch: epochOf(input.sid), now: now(), mayLoseWrites: false }
      const { outcome, changes } = judge(input, inside)
      const session = row === undefined ? undefined : write({ ...row, ...changes })
      if (outcome === 'reused' && reuseEnds === 'all')
        for (const other of ofTag(subjectTagOf(input.sid))) end(other, 'reuse')
      return { now: now(), outcome, session }
    },
    async endSession(sid, reason) {
      if (stateOf(sid) !== 'live') return false
      if (!losesLogouts) end(rows.get(sid)!, reason)
      return true
    },
    async raiseEpoch(tag, _keepFor, exceptSid) {
      const kept = exceptSid !== undefined && stateOf(exceptSid) === 'live' ? rows.get(exceptSid) : undefined
      const epoch = Math.max((epochs.get(tag) ?? 0) + 1, now())
      epochs.set(tag, epoch)
      if (kept !== undefined) write({ ...kept, epoch })
      return epoch
    },
    async listSessions(tag) {
      return { now: now(), sessions: ofTag(tag).filter(({ sid }) => stateOf(sid) === 'live') }
    },
    async checkSession(tag, sid) {
      return { now: now(), state: sid === undefined ? 'unknown' : stateOf(sid), epoch: epochs.get(tag) ?? 0 }
    },
    recoverSessions: async () => 0,
    prune: async () => 0,
  }
}
