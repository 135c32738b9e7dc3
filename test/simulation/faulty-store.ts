import {
  decideCreation,
  decideRotation,
  memoryStore,
  sessionState,
  subjectTagOf,
  type SessionRecord,
  type Store,
} from '@countersign/stores'

/** The rule of rotation, or a broken copy of it. */
export type RotationRule = typeof decideRotation

/** The faults of a store. */
export interface Faults {
  readonly rule?: RotationRule | undefined
  /** What `reused` ends: its session, or all of the subject. */
  readonly reuseEnds?: 'all' | undefined
  /** Whether `endSession` returns `true` without writing. */
  readonly losesLogouts?: boolean | undefined
}

/** The parts of a store that sessions need, with a given rule of rotation: to see tests fail if the rule is wrong. */
export function faultyStore(now: () => number, faults: Faults = {}): Store {
  const { rule = decideRotation, reuseEnds, losesLogouts = false } = faults
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
    ...memoryStore({ now, dangerouslyAllowInProduction: true }),
    async createSession(input) {
      const tag = subjectTagOf(input.session.sid)
      const inside = {
        rows: ofTag(tag),
        epoch: epochs.get(tag) ?? 0,
        now: now(),
        providerEnds: undefined,
      }
      const { outcome, session, ended } = decideCreation(input, inside)
      ended.forEach(write)
      if (session !== undefined) write(session)
      return { now: now(), outcome, session, evicted: [] }
    },
    async rotate(input) {
      const row = rows.get(input.sid)
      const inside = { row, epoch: epochOf(input.sid), now: now(), mayLoseWrites: false }
      const { outcome, changes } = rule(input, inside)
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
    async findSession(sid) {
      return { now: now(), session: rows.get(sid), epoch: epochOf(sid) }
    },
    async raiseEpoch({ subjectTag: tag, exceptSid }) {
      const kept = exceptSid !== undefined && stateOf(exceptSid) === 'live' ? rows.get(exceptSid) : undefined
      const epoch = Math.max((epochs.get(tag) ?? 0) + 1, now())
      epochs.set(tag, epoch)
      if (kept !== undefined) write({ ...kept, epoch })
      return { now: now(), epoch, kept: kept !== undefined }
    },
    async listSessions(tag) {
      const sessions = ofTag(tag).filter(({ sid }) => stateOf(sid) === 'live')
      return { now: now(), sessions, next: undefined }
    },
    async checkSession(tag, sid) {
      const state = sid === undefined ? 'unknown' : stateOf(sid)
      return { now: now(), state, epoch: epochs.get(tag) ?? 0, dataVersion: 1 }
    },
  }
}
