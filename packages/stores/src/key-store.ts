/** A key ring as it was last written. */
export interface KeyRingRecord {
  /** The store's clock, in milliseconds since the epoch. */
  readonly now: number
  /** Grows by one with each write; 0 where nothing was written yet. */
  readonly version: number
  /** What was written; `undefined` at version 0. Opaque to the store: private keys in it may be encrypted. */
  readonly content: string | undefined
}

/**
 * Keeps the rings of signing keys. A ring is one text with a version, replaced by compare-and-set, so of many replicas
 * that rotate at once, one wins and the others read what it wrote.
 */
export interface KeyStore {
  /**
   * Whether private keys may come to it as they are: because it encrypts them, was set up not to, or forgets them with
   * its process. Default false: `createIssuer()` then requires `keyEncryption`.
   */
  readonly acceptsPlainKeys?: boolean | undefined
  /** @throws `StoreUnavailableError` */
  readKeyRing(ring: string): Promise<KeyRingRecord>
  /**
   * Writes version `expectedVersion + 1`, if `expectedVersion` is still the current one. Durable when it answers `true`.
   * @returns whether it was written
   * @throws `StoreUnavailableError`
   */
  writeKeyRing(ring: string, expectedVersion: number, content: string): Promise<boolean>
}
