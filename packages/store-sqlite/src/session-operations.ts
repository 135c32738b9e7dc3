// The operations on sessions, each within one transaction.
import {
  dataRevocation,
  decideChange,
  decideCreation,
  decideRotation,
  sessionRevocation,
  sessionState,
  subjectRevocation,
  subjectTagOf,
} from '@countersign/stores'
import type {
  ChangeSessionInput,
  ChangeSessionResult,
  CreateSessionInput,
  CreateSessionResult,
  EndedProviderSessions,
  EndReason,
  EraseSubjectResult,
  ProviderQuery,
  RaiseEpochInput,
  RaiseEpochResult,
  RotateInput,
  RotateResult,
  SessionRecord,
  SessionStatus,
  SubjectRevocation,
} from '@countersign/stores'
import type { Transaction } from './connection.ts'
import { epochOf, raiseEpoch } from './epochs.ts'
import { findEnds, rememberEnd } from './provider-ends.ts'
import { appendRevocations } from './revocation-log.ts'
import {
  advanceSession,
  deleteSessions,
  endSession,
  findSession,
  insertSession,
  liftSession,
  liveSessionsOf,
  liveSessionsOfProvider,
  liveSessionsUpTo,
  writeData,
} from './session-rows.ts'

export function create(tx: Transaction, input: CreateSessionInput): CreateSessionResult {
  const { sid, provider } = input.session
  if (findSession(tx, sid) !== undefined) {
    throw new Error('countersign: a session with this sid already exists')
  }
  const tag = subjectTagOf(sid)
  const asksForOthers = input.limit !== undefined || input.replaces !== undefined
  const { outcome, session, ended } = decideCreation(input, {
    rows: asksForOthers ? liveSessionsOf(tx, tag) : [],
    epoch: epochOf(tx, tag),
    now: tx.now,
    providerEnds: provider === undefined ? undefined : findEnds(tx, provider),
  })
  for (const row of ended) endRow(tx, row, row.reason, input.revokeFor)
  if (session !== undefined) insertSession(tx, session)
  const evicted = ended.filter(({ reason }) => reason === 'evicted').map((row) => row.sid)
  return { now: tx.now, outcome, session, evicted }
}

export function rotate(tx: Transaction, input: RotateInput): RotateResult {
  const { now } = tx
  const row = findSession(tx, input.sid)
  const epoch = epochOf(tx, subjectTagOf(input.sid))
  const { outcome, changes } = decideRotation(input, { row, epoch, now, mayLoseWrites: false })
  if (row === undefined || Object.keys(changes).length === 0) return { now, outcome, session: row }
  const session = Object.freeze({ ...row, ...changes })
  if (session.reason === undefined) advanceSession(tx, row, session)
  else endRow(tx, row, session.reason, input.revokeFor)
  return { now, outcome, session }
}

export function change(tx: Transaction, input: ChangeSessionInput): ChangeSessionResult {
  const { now } = tx
  const row = findSession(tx, input.sid)
  const { outcome, changes } = decideChange(input, { row, epoch: epochOf(tx, subjectTagOf(input.sid)), now })
  if (row === undefined || outcome !== 'changed') return { now, outcome, session: row }
  const session = Object.freeze({ ...row, ...changes })
  writeData(tx, session)
  appendRevocations(tx, [dataRevocation(session, now + input.revokeFor)])
  return { now, outcome, session }
}

export function end(tx: Transaction, sid: string, reason: EndReason, revokeFor: number): boolean {
  const row = findSession(tx, sid)
  if (row === undefined || !isLive(tx, row)) return false
  endRow(tx, row, reason, revokeFor)
  return true
}

export function raise(tx: Transaction, input: RaiseEpochInput): RaiseEpochResult {
  const { subjectTag, exceptSid } = input
  const row = exceptSid === undefined ? undefined : findSession(tx, exceptSid)
  const kept = row !== undefined && subjectTagOf(row.sid) === subjectTag && isLive(tx, row)
  const epoch = raiseSubject(tx, input, kept ? exceptSid : input.keptElsewhere)
  if (kept) liftSession(tx, row.sid, epoch)
  return { now: tx.now, epoch, kept }
}

export function erase(tx: Transaction, input: SubjectRevocation): EraseSubjectResult {
  const erased = deleteSessions(tx, input.subjectTag)
  return { now: tx.now, epoch: raiseSubject(tx, input, undefined), erased }
}

export function endOfProvider(
  tx: Transaction,
  query: ProviderQuery,
  revokeFor: number,
): EndedProviderSessions {
  const rows = liveSessionsOfProvider(tx, query)
  for (const row of rows) endRow(tx, row, 'provider', revokeFor)
  rememberEnd(tx, query)
  return { now: tx.now, ended: rows.map(({ sid }) => sid) }
}

export function check(tx: Transaction, subjectTag: string, sid: string | undefined): SessionStatus {
  const isOfSubject = sid !== undefined && subjectTagOf(sid) === subjectTag
  const row = isOfSubject ? findSession(tx, sid) : undefined
  const epoch = epochOf(tx, subjectTag)
  const state = sessionState(row, epoch, tx.now)
  return { now: tx.now, state, epoch, dataVersion: row?.dataVersion ?? 0 }
}

/** Ends up to `limit` sessions that were created at or before a time. @returns how many */
export function recoverSome(tx: Transaction, since: number, revokeFor: number, limit: number): number {
  const rows = liveSessionsUpTo(tx, since, limit)
  for (const row of rows) endRow(tx, row, 'recovered', revokeFor)
  return rows.length
}

/** Turns the row into a tombstone, and appends to the log what verifiers must know. */
function endRow(tx: Transaction, row: SessionRecord, reason: EndReason, revokeFor: number): void {
  endSession(tx, row.sid, reason)
  appendRevocations(tx, [sessionRevocation(row, tx.now + revokeFor)])
}

/** Raises the epoch of a subject, and appends this to the log. @returns the new epoch */
function raiseSubject(tx: Transaction, input: SubjectRevocation, except: string | undefined): number {
  const epoch = raiseEpoch(tx, input.subjectTag, input.keepFor)
  appendRevocations(tx, [subjectRevocation(input, epoch, except, tx.now + input.revokeFor)])
  return epoch
}

function isLive(tx: Transaction, row: SessionRecord): boolean {
  return sessionState(row, epochOf(tx, subjectTagOf(row.sid)), tx.now) === 'live'
}
