import type { KeyStore } from './key-store.ts'
import type { OneTimeStore } from './one-time-store.ts'
import type { RevocationLog } from './revocation-log.ts'
import type { SessionStore } from './session-store.ts'

/** Everything that Countersign stores, on one server. The store packages implement it. */
export interface Store extends KeyStore, OneTimeStore, RevocationLog, SessionStore {
  /**
   * Creates or upgrades tables, indexes and functions. Idempotent, and safe to run from several processes at once.
   * `countersign store init` calls it. No other method creates tables.
   */
  init(): Promise<void>
}

/** Options that every store has. */
export interface StoreOptions {
  /**
   * The clock, in milliseconds since the epoch, instead of the store's own. Only for tests: several processes agree on
   * the time only if they get it from the store. Default: the clock of the store's server.
   */
  readonly now?: (() => number) | undefined
}
