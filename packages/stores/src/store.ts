import type { KeyStore } from './key-store.ts'
import type { OneTimeStore } from './one-time-store.ts'
import type { RevocationLog } from './revocation-log.ts'
import type { SessionStore } from './session-store.ts'

/** Everything that Countersign keeps, on one server. What the packages of stores offer. */
export interface Store extends KeyStore, OneTimeStore, RevocationLog, SessionStore {
  /**
   * Creates or upgrades tables, indexes and functions. Explicit, idempotent, safe to run from several processes at
   * once; `countersign store init` calls it. Nothing else creates anything.
   */
  init(): Promise<void>
}

/** Options that every store has. */
export interface StoreOptions {
  /**
   * The clock, in milliseconds since the epoch, in place of the store's own. For tests alone: several processes agree
   * on the time only if the store tells it. Default: the store's server.
   */
  readonly now?: (() => number) | undefined
}
