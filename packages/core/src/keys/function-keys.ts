import { Failure } from '../refusal/failure.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { isHmac, type Algorithm } from '../algorithms/jws.ts'
import { copyMembers, hasMember } from '../base/members.ts'
import type { KeySet } from './key-set.ts'
import type { KeyAnswer, KeyQuery, KeySource } from './key-source.ts'
import { createRenewalBudget } from './renewal-budget.ts'
import {
  keysFromPublicKeys,
  keysFromSecrets,
  type PublicKeyMaterial,
  toKeyAnswer,
  type SecretMaterial,
} from './static-keys.ts'

/** What a key function gets of a token. The signature is not checked yet: treat all of it as hostile. */
export interface UnverifiedKeyHint {
  readonly kid: string | undefined
  readonly alg: Algorithm
  /** One of the issuers of the policy. */
  readonly issuer: string
}

/** One key, or several while one replaces another: at most 16. Keys with the `kid` of the token are tried first. */
export type KeyOrKeys =
  | PublicKeyMaterial
  | SecretMaterial
  | readonly PublicKeyMaterial[]
  | readonly SecretMaterial[]

/** A key, and for how many seconds verified tokens are trusted before the function is called again. */
export interface KeyWithMaxAge {
  readonly key: KeyOrKeys
  readonly maxAge: number
}

/**
 * Finds the key for a token. Return `undefined` if there is no such key (401). Throw if the key cannot be looked up
 * now (503). A value that is not a key, or more than 16 keys, is a fault of the application (500).
 */
export type KeyFunction = (hint: UnverifiedKeyHint) => MaybePromise<KeyOrKeys | KeyWithMaxAge | undefined>

/** Keys that the function allowed to be kept: since when and for how long, in milliseconds. */
interface Kept {
  readonly keys: KeySet
  readonly at: number
  readonly maxAge: number
}

/** How many keys are kept. Only names for which the function returned a key count, so no client can fill this. */
const MAX_KEPT = 1_000

/**
 * Keys from a function of the application. The policy decides whether they are secrets, never the token.
 * @param now milliseconds since the epoch
 */
export function functionKeys(
  find: KeyFunction,
  algorithms: readonly Algorithm[],
  now: () => number,
): KeySource {
  const kept = new Map<string, Kept>()
  const mayRenew = createRenewalBudget(now)

  async function ask({ kid, algorithm, issuer }: KeyQuery, name: string): Promise<KeyAnswer> {
    let answer: unknown
    try {
      answer = await find({ kid, alg: algorithm, issuer })
    } catch (cause) {
      return new Failure('keys_unavailable', { cause })
    }
    if (answer === undefined) return new Failure('key_unknown')
    try {
      const { key, maxAge } = isWithMaxAge(answer)
        ? copyMembers(answer, { key: 1, maxAge: 1 })
        : { key: answer, maxAge: 0 }
      if (!(maxAge >= 0)) throw new TypeError('maxAge must be a number of seconds, 0 or more')
      const keys = await readKeys(key, algorithms, maxAge > 0)
      if (kept.size >= MAX_KEPT) kept.clear()
      if (maxAge > 0) kept.set(name, { keys, at: now(), maxAge: maxAge * 1_000 })
      return toKeyAnswer(keys.match(kid, algorithm))
    } catch (cause) {
      return new Failure('internal_error', { cause })
    }
  }

  return Object.freeze({
    find(query: KeyQuery): MaybePromise<KeyAnswer> {
      const { kid, algorithm } = query
      const name = nameOf(query)
      const known = kept.get(name)
      if (known !== undefined && isFresh(known, now())) return toKeyAnswer(known.keys.match(kid, algorithm))
      kept.delete(name)
      return ask(query, name)
    },
    suspect(query: KeyQuery) {
      const name = nameOf(query)
      if (kept.has(name) && mayRenew()) void ask(query, name)
    },
    ready: () => Promise.resolve(),
  })
}

function nameOf({ issuer, algorithm, kid }: KeyQuery): string {
  return JSON.stringify([issuer, algorithm, kid])
}

/** A clock that was set back makes keys due at once, not valid forever. */
function isFresh({ at, maxAge }: Kept, now: number): boolean {
  const age = now - at
  return age >= 0 && age < maxAge
}

function readKeys(
  material: unknown,
  algorithms: readonly Algorithm[],
  repeatable: boolean,
): MaybePromise<KeySet> {
  return isHmac(algorithms[0]!)
    ? keysFromSecrets(material as SecretMaterial, { algorithms, repeatable }, 'key')
    : keysFromPublicKeys(material as PublicKeyMaterial, { algorithms, repeatable }, 'key')
}

function isWithMaxAge(answer: unknown): answer is KeyWithMaxAge {
  return (
    typeof answer === 'object' && answer !== null && hasMember(answer, 'key') && hasMember(answer, 'maxAge')
  )
}
