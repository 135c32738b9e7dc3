import type { Failure } from '../refusal/failure.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import type { Algorithm } from '../algorithms/jws.ts'
import type { VerifyKey } from './verify-key.ts'

/** What a source must know of a token to find its key. Nothing here has been verified. */
export interface KeyQuery {
  readonly kid: string | undefined
  readonly algorithm: Algorithm
  /** For key functions of the application. */
  readonly issuer: string
}

/** Keys, or why there are none: `key_unknown`, `algorithm_not_allowed`, or `keys_unavailable` where we cannot tell. */
export type KeyAnswer = readonly VerifyKey[] | Failure

/** Where the keys of one issuer come from. */
export interface KeySource {
  /** The keys that may have signed such a token: one that it names, or the few that fit. */
  find(query: KeyQuery): MaybePromise<KeyAnswer>
  /**
   * Asked when a token without `kid` failed under all keys: a rotation may have passed us by. Answers with keys that
   * have not been tried, or says that there are none.
   */
  findNewer?(query: KeyQuery, tried: readonly VerifyKey[]): MaybePromise<KeyAnswer>
  /**
   * Told of a token that names a key of ours, and whose signature that key does not verify: an issuer may have put a new
   * key under an old name. The source may renew its keys in the background; the token is refused at once.
   */
  suspect?(query: KeyQuery): void
  /** Resolves once keys are at hand; rejects with an error that says what is in the way. */
  ready(): Promise<void>
}
