import { Failure, type MaybePromise } from '../failure.ts'
import { isHmac, type Algorithm } from './algorithms.ts'
import type { KeyAnswer, KeyQuery, KeySource } from './key-source.ts'
import {
  keysFromPublicKeys,
  keysFromSecrets,
  type PublicKeyMaterial,
  toKeyAnswer,
  type SecretMaterial,
} from './static-keys.ts'

/** What a key function learns of a token whose signature is still to be checked: treat all of it as hostile. */
export interface UnverifiedKeyHint {
  readonly kid: string | undefined
  readonly alg: Algorithm
  /** One of the issuers of the policy. */
  readonly issuer: string
}

/** A key, and for how many seconds verified tokens may be trusted without asking for it again. */
export interface KeyWithMaxAge {
  readonly key: PublicKeyMaterial | SecretMaterial
  readonly maxAge: number
}

/**
 * Finds the key for a token. `undefined` says that there is no such key (401); throwing says that it cannot be told
 * (503). Anything that is no key is a fault of the application (500).
 */
export type KeyFunction = (
  hint: UnverifiedKeyHint,
) => MaybePromise<PublicKeyMaterial | SecretMaterial | KeyWithMaxAge | undefined>

/** Keys from a function of the application. Whether they are secrets is the policy's word, never the token's. */
export function functionKeys(find: KeyFunction, algorithms: readonly Algorithm[]): KeySource {
  const hmac = isHmac(algorithms[0]!)
  return Object.freeze({
    async find({ kid, algorithm, issuer }: KeyQuery): Promise<KeyAnswer> {
      let answer: unknown
      try {
        answer = await find({ kid, alg: algorithm, issuer })
      } catch (cause) {
        return new Failure('keys_unavailable', { cause })
      }
      if (answer === undefined) return new Failure('key_unknown')
      try {
        const material = isWithMaxAge(answer) ? answer.key : answer
        const keys = hmac
          ? keysFromSecrets(material as SecretMaterial, algorithms, 'key')
          : keysFromPublicKeys(material as PublicKeyMaterial, algorithms, 'key')
        return toKeyAnswer(keys.match(kid, algorithm))
      } catch (cause) {
        return new Failure('internal_error', { cause })
      }
    },
    ready: () => Promise.resolve(),
  })
}

function isWithMaxAge(answer: unknown): answer is KeyWithMaxAge {
  return typeof answer === 'object' && answer !== null && 'key' in answer && 'maxAge' in answer
}
