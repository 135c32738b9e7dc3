/**
 * The contracts of all stores: signing keys, sessions, one-time use. `@countersign/store-sqlite`, `-postgres` and
 * `-redis` implement them; the suite that judges an implementation is `@countersign/testing/stores`.
 */
export { StoreUnavailableError } from './errors.ts'
export type { KeyRingRecord, KeyStore } from './key-store.ts'
export type { OneTimeStore } from './one-time-store.ts'
export { onceOnly } from './once-only.ts'
export { decideCreation, type CreationDecision, type EndedSession } from './decide-creation.ts'
export { decideRotation, type RotationDecision } from './decide-rotation.ts'
export { sessionState, subjectTagOf } from './session-state.ts'
export { memoryStore, type MemoryStoreOptions } from './memory-store.ts'
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
} from './session-store.ts'
export type { Store, StoreOptions } from './store.ts'
