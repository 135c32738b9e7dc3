/** Remembers ids that may be used only once: the `jti` of hand-off tokens and of proofs. */
export interface OneTimeStore {
  /**
   * Marks an id as used, atomically, across all processes.
   * @param purpose separates the ids of different uses
   * @param id opaque; the caller decides whether to hash it
   * @param expiresAt milliseconds since the epoch; after this time the store may forget the id
   * @returns `true` the first time; `false` after that, or if the store's clock has reached `expiresAt`
   * @throws `StoreUnavailableError`
   */
  useOnce(purpose: string, id: string, expiresAt: number): Promise<boolean>
}
