import type { KeyStore } from '@countersign/stores'

/** A store that is open until it is closed. */
export interface Opened<Kind extends KeyStore> {
  readonly store: Kind
  readonly close: () => Promise<void>
}
