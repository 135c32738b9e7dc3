/** For authors of stores, and for tests of what uses one: the suite that every store passes, and a store with faults. */
export { storeSuite, type StoreCase, type StoreSuiteOptions } from './stores/suite.ts'
export type { StallingStore } from './stores/cases/stalling.ts'
export { createTestStore, type TestStore, type TestStoreOptions } from './stores/test-store.ts'
export type { Barrier, CommitSide, FailOptions, StoreFaults, StoreMethod } from './stores/faults.ts'
