/** A key ring as it was last written. */
export interface KeyRingRecord {
  /** The store's clock, in milliseconds since the epoch. */
  readonly now: number
  /** Increases by one with each write; 0 if nothing was written yet. */
  readonly version: number
  /** The text that was written; `undefined` at version 0. Opaque to the store: its private keys may be encrypted. */
  readonly content: string | undefined
}

/**
 * Keeps the rings of signing keys. A ring is one text with a version, replaced by compare-and-set. If many replicas
 * rotate at once, one wins and the others read what it wrote.
 */
export interface KeyStore {
  /**
   * Whether the store accepts private keys that are not encrypted: because it encrypts them itself, was configured to,
   * or loses them with its process. Default false: `createIssuer()` then requires `keyEncryption`.
   */
  readonly acceptsPlainKeys?: boolean | undefined
  /** @throws `StoreUnavailableError` */
  readKeyRing(ring: string): Promise<KeyRingRecord>
  /**
   * Writes version `expectedVersion + 1`, if `expectedVersion` is still the current one. The write is durable if this
   * returns `true`.
   * @returns whether it was written
   * @throws `StoreUnavailableError`
   */
  writeKeyRing(ring: string, expectedVersion: number, content: string): Promise<boolean>
}
