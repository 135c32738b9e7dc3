/**
 * The contracts of all stores: signing keys, sessions, one-time use. `@countersign/store-sqlite`, `-postgres` and
 * `-redis` implement them; the suite that judges an implementation is `@countersign/testing/stores`.
 */
export { StoreUnavailableError } from './stores/errors.ts'
export type { KeyRingRecord, KeyStore } from './stores/key-store.ts'
export type { OneTimeStore } from './stores/one-time-store.ts'
export { judgeCreation, type CreationJudgement, type EndedSession } from './stores/judge-creation.ts'
export { judgeRotation, type RotationJudgement } from './stores/judge-rotation.ts'
export { judgeSession, subjectTagOf } from './stores/judge-session.ts'
export { memoryStore, type MemoryStoreOptions } from './stores/memory-store.ts'
export type {
  CreateSessionInput,
  CreateSessionResult,
  EndReason,
  NewSession,
  RotateInput,
  RotateOutcome,
  RotateResult,
  RotationMode,
  SessionRecord,
  SessionState,
  SessionStatus,
  SessionStore,
} from './stores/session-store.ts'
export type { Store, StoreOptions } from './stores/store.ts'
