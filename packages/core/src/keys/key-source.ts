import type { Failure } from '../refusal/failure.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Algorithm } from '../algorithms/jws.ts'
import type { VerifyKey } from './verify-key.ts'

/** What a source needs to know about a token to find its key. Nothing here is verified. */
export interface KeyQuery {
  readonly kid: string | undefined
  readonly algorithm: Algorithm
  /** For key functions of the application. */
  readonly issuer: string
}

/**
 * Keys, or why there are none: `key_unknown`, `algorithm_not_allowed`, or `keys_unavailable` if the keys cannot be
 * fetched.
 */
export type KeyAnswer = readonly VerifyKey[] | Failure

/** Where the keys of one issuer come from. */
export interface KeySource {
  /** The keys that may have signed the token: the one that it names, or all that fit. */
  find(query: KeyQuery): MaybePromise<KeyAnswer>
  /**
   * Called when a token without `kid` failed with all keys: the keys may have been rotated. Returns keys that have
   * not been tried, or a failure if there are none.
   */
  findNewer?(query: KeyQuery, tried: readonly VerifyKey[]): MaybePromise<KeyAnswer>
  /**
   * Called when a token names a known key, but its signature is invalid: the issuer may have published a new key
   * under an old `kid`. The source may refresh its keys in the background. The token is rejected at once.
   */
  suspect?(query: KeyQuery): void
  /** Resolves when keys are available; rejects with an error that says why they are not. */
  ready(): Promise<void>
}
