import {
  assertNames,
  isProduction,
  OptionError,
  optionalBoolean,
  optionalFunction,
  type NamesOf,
} from '@countersign/core/toolkit'
import { byAge, decideCreation } from './decide-creation.ts'
import { decideRotation } from './decide-rotation.ts'
import { sessionState, subjectTagOf } from './session-state.ts'
import { createMemoryTables } from './memory-tables.ts'
import type { SessionRecord } from './session-store.ts'
import type { Store, StoreOptions } from './store.ts'

const NAMES = { now: true, dangerouslyAllowInProduction: true } as const satisfies NamesOf<MemoryStoreOptions>

/** Options of `memoryStore`. */
export interface MemoryStoreOptions extends StoreOptions {
  /**
   * Lets the store be made where `NODE_ENV` is `production`. Sessions, keys and logouts are then lost at each restart,
   * and a second process knows nothing of them. Default false.
   */
  readonly dangerouslyAllowInProduction?: boolean | undefined
}

/**
 * A store in the memory of this process, for development and tests: a restart logs everybody out and makes new keys.
 * Rows that nobody needs go as new ones come. No timers; any runtime.
 *
 * @throws `OptionError` where `NODE_ENV` is `production`
 * @example
 * ```ts
 * const store = memoryStore()
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  assertNames<MemoryStoreOptions>(options, NAMES, 'options')
  const now = optionalFunction(options, 'now') ?? Date.now
  if (!optionalBoolean(options, 'dangerouslyAllowInProduction') && isProduction()) {
    throw new OptionError(
      'store',
      'must not be memoryStore() where NODE_ENV is "production": use @countersign/store-sqlite, -postgres or -redis, ' +
        'or set dangerouslyAllowInProduction',
    )
  }
  const tables = createMemoryTables()
  const { sessions } = tables
  const rings = new Map<string, { readonly version: number; readonly content: string }>()
  const epochOf = (subjectTag: string): number => tables.epochs.get(subjectTag)?.epoch ?? 0
  const stateOf = (row: SessionRecord | undefined, time: number) =>
    sessionState(row, row === undefined ? 0 : epochOf(subjectTagOf(row.sid)), time)
  const write = (row: SessionRecord): SessionRecord => {
    tables.putSession(Object.freeze(row))
    return row
  }

  return Object.freeze<Store>({
    mayLoseWrites: false,
    acceptsPlainKeys: true,
    async init() {},

    async createSession(input) {
      const time = now()
      const { sid } = input.session
      if (sessions.has(sid)) throw new Error('countersign: a session of this sid exists already')
      tables.sweep(time)
      const tag = subjectTagOf(sid)
      const asksForOthers = input.limit !== undefined || input.replaces !== undefined
      const rows = asksForOthers ? tables.sessionsOf(tag) : []
      const judgement = decideCreation(input, { rows, epoch: epochOf(tag), now: time })
      judgement.ended.forEach(write)
      if (judgement.session !== undefined) write(judgement.session)
      const evicted = judgement.ended.filter(({ reason }) => reason === 'evicted').map((row) => row.sid)
      return { now: time, session: judgement.session, evicted }
    },

    async rotate(input) {
      const time = now()
      const row = sessions.get(input.sid)
      const epoch = epochOf(subjectTagOf(input.sid))
      const { outcome, changes } = decideRotation(input, { row, epoch, now: time, mayLoseWrites: false })
      const changed = row !== undefined && Object.keys(changes).length > 0
      return { now: time, outcome, session: changed ? write({ ...row, ...changes }) : row }
    },

    async endSession(sid, reason) {
      const time = now()
      const row = sessions.get(sid)
      if (row === undefined || stateOf(row, time) !== 'live') return false
      write({ ...row, revokedAt: time, reason })
      return true
    },

    async raiseEpoch(subjectTag, keepFor, exceptSid) {
      const time = now()
      tables.sweep(time)
      const kept = exceptSid === undefined ? undefined : sessions.get(exceptSid)
      const survives = stateOf(kept, time) === 'live'
      const previous = tables.epochs.get(subjectTag)
      const epoch = Math.max((previous?.epoch ?? 0) + 1, time)
      const until = Math.max(previous?.until ?? 0, time + keepFor)
      tables.epochs.set(subjectTag, { epoch, until })
      if (kept !== undefined && survives && subjectTagOf(kept.sid) === subjectTag) write({ ...kept, epoch })
      return epoch
    },

    async listSessions(subjectTag) {
      const time = now()
      const live = tables.sessionsOf(subjectTag).filter((row) => stateOf(row, time) === 'live')
      return { now: time, sessions: live.toSorted((a, b) => byAge(b, a)) }
    },

    async checkSession(subjectTag, sid) {
      const time = now()
      const row = sid === undefined || subjectTagOf(sid) !== subjectTag ? undefined : sessions.get(sid)
      const epoch = epochOf(subjectTag)
      return { now: time, state: sessionState(row, epoch, time), epoch }
    },

    async recoverSessions(since) {
      const time = now()
      const lost = [...sessions.values()].filter(
        (row) => row.createdAt <= since && stateOf(row, time) === 'live',
      )
      for (const row of lost) write({ ...row, revokedAt: time, reason: 'recovered' })
      return lost.length
    },

    async prune(limit) {
      return tables.prune(now(), limit)
    },

    async useOnce(purpose, id, expiresAt) {
      const time = now()
      tables.sweep(time)
      // The length in front, so that no two pairs make the same key.
      const key = `${purpose.length}:${purpose}${id}`
      const used = tables.usedIds.get(key)
      if (time >= expiresAt || (used !== undefined && time < used.until)) return false
      tables.usedIds.set(key, { until: expiresAt })
      return true
    },

    async readKeyRing(ring) {
      const record = rings.get(ring)
      return { now: now(), version: record?.version ?? 0, content: record?.content }
    },

    async writeKeyRing(ring, expectedVersion, content) {
      if ((rings.get(ring)?.version ?? 0) !== expectedVersion) return false
      rings.set(ring, { version: expectedVersion + 1, content })
      return true
    },
  })
}
