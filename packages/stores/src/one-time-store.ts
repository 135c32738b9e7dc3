/** Remembers what may be used once: the `jti` of hand-off tokens, of proofs. */
export interface OneTimeStore {
  /**
   * Marks an id as used, atomically, across all processes.
   * @param purpose separates the ids of one use from another's
   * @param id opaque; hashed or not is the caller's business
   * @param expiresAt milliseconds since the epoch, after which the id need not be remembered
   * @returns `true` the first time; `false` after that, and where the store's clock has reached `expiresAt`
   * @throws `StoreUnavailableError`
   */
  useOnce(purpose: string, id: string, expiresAt: number): Promise<boolean>
}
