/**
 * The contracts of all stores: signing keys, sessions, the revocation log, one-time use. `@countersign/store-sqlite`,
 * `-postgres` and `-redis` implement them; the suite that tests an implementation is `@countersign/testing/stores`.
 */
export { StoreUnavailableError } from './errors.ts'
export type { KeyRingRecord, KeyStore } from './key-store.ts'
export type { OneTimeStore } from './one-time-store.ts'
export { onceOnly } from './once-only.ts'
export {
  createDeadlines,
  type StoreReply,
  type DeadlineOptions,
  type Deadlines,
  type TooLate,
} from './deadlines.ts'
export { decideChange, type ChangeDecision } from './decide-change.ts'
export {
  decideCreation,
  type CreationDecision,
  type EndedSession,
  type ProviderEnds,
} from './decide-creation.ts'
export { decideRotation, type RotationDecision } from './decide-rotation.ts'
export { readListCursor, toListCursor, toSessionList, type ListPosition } from './list-cursor.ts'
export {
  dataRevocation,
  mergeRevocations,
  revocationLifetime,
  subjectKey,
  sessionRevocation,
  subjectRevocation,
} from './revocation-entries.ts'
export type {
  NewRevocation,
  RevocationBatch,
  RevocationEntry,
  RevocationGap,
  RevocationKind,
  RevocationLog,
  RevocationRead,
  RevocationState,
} from './revocation-log.ts'
export { sessionState, subjectTagOf } from './session-state.ts'
export { memoryStore, type MemoryStoreOptions } from './memory-store.ts'
export type {
  ChangeOutcome,
  ChangeSessionInput,
  ChangeSessionResult,
  CreateSessionInput,
  CreateSessionResult,
  CreationOutcome,
  EndedProviderSessions,
  EraseSubjectResult,
  FoundSession,
  ListOptions,
  ProviderQuery,
  ProviderSessions,
  RaiseEpochInput,
  RaiseEpochResult,
  Revoking,
  RotateInput,
  RotateOutcome,
  RotateResult,
  RotationMode,
  SessionList,
  SessionStatus,
  SubjectRevocation,
} from './session-operations.ts'
export type { EndReason, NewSession, ProviderSession, SessionRecord, SessionState } from './session-record.ts'
export { PROVIDER_END_MEMORY, type SessionStore } from './session-store.ts'
export type { Store, StoreOptions } from './store.ts'
