import type { KeyStore } from '@countersign/stores'

/** An open store. */
export interface OpenStore<Kind extends KeyStore> {
  readonly store: Kind
  readonly close: () => Promise<void>
}
