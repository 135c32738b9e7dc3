import type { Jwk } from '../engine/engine.ts'
import type { Algorithm } from '../algorithms/jws.ts'
import { MAX_KEYS } from '../base/key-list.ts'
import { toVerifyKey, UnfitKey, type VerifyKey, type VerifyKeyOptions } from './verify-key.ts'

/** The keys of a set for a token. */
export type KeyMatch =
  | { readonly found: readonly VerifyKey[] }
  /** The key exists, but must not verify with this algorithm, or at all. */
  | { readonly found: 'algorithm_not_allowed' | 'key_unusable' }
  | { readonly found: 'nothing' }

/** Keys of one issuer, indexed. Immutable: a refresh makes a new one. */
export interface KeySet {
  readonly size: number
  readonly unfit: readonly UnfitKey[]
  /** The `kid` is an opaque name: compared as it is, never parsed, never part of a path. */
  match(kid: string | undefined, algorithm: Algorithm): KeyMatch
  /** The keys by the text of their JWK. */
  readonly byText: ReadonlyMap<string, VerifyKey>
}

const NOTHING: KeyMatch = Object.freeze({ found: 'nothing' as const })
const UNUSABLE: KeyMatch = Object.freeze({ found: 'key_unusable' as const })
const WRONG_ALGORITHM: KeyMatch = Object.freeze({ found: 'algorithm_not_allowed' as const })

export interface KeySetOptions extends VerifyKeyOptions {
  /**
   * Whether keys without `kid` are tried for a token with a `kid`, after the keys with that `kid`. For keys given one
   * by one, not for key sets.
   */
  readonly unnamedFitAll: boolean
  /** The previous set. Keys that have not changed stay the same objects, and keep what is cached with them. */
  readonly previous: KeySet | undefined
}

/** Builds a set from JWKs. Unfit ones are skipped and listed. */
export function createKeySet(jwks: readonly Jwk[], options: KeySetOptions): KeySet {
  const unfit: UnfitKey[] = []
  const byText = new Map<string, VerifyKey>()
  for (const jwk of jwks) {
    const text = JSON.stringify(jwk)
    const key = options.previous?.byText.get(text) ?? toVerifyKey(jwk, options)
    if (key instanceof UnfitKey) unfit.push(key)
    else byText.set(text, key)
  }
  const keys = [...byText.values()]
  const unnamed = options.unnamedFitAll ? keys.filter((key) => key.kid === undefined) : []
  const byKid = new Map<string, (algorithm: Algorithm) => KeyMatch>()
  for (const [kid, named] of groupByKid(keys)) {
    byKid.set(kid, indexByAlgorithm([...named, ...unnamed], WRONG_ALGORITHM))
  }
  for (const { kid } of unfit) if (kid !== undefined && !byKid.has(kid)) byKid.set(kid, () => UNUSABLE)
  const forOtherKids = unnamed.length > 0 ? indexByAlgorithm(unnamed, WRONG_ALGORITHM) : () => NOTHING
  const forNoKid = indexByAlgorithm(keys, options.unnamedFitAll ? WRONG_ALGORITHM : NOTHING)

  return Object.freeze({
    size: keys.length,
    unfit: Object.freeze(unfit),
    match: (kid: string | undefined, algorithm: Algorithm) =>
      (kid === undefined ? forNoKid : (byKid.get(kid) ?? forOtherKids))(algorithm),
    byText,
  })
}

function groupByKid(keys: readonly VerifyKey[]): Map<string, VerifyKey[]> {
  const groups = new Map<string, VerifyKey[]>()
  for (const key of keys) {
    if (key.kid === undefined) continue
    const group = groups.get(key.kid)
    if (group === undefined) groups.set(key.kid, [key])
    else group.push(key)
  }
  return groups
}

/** The keys for each algorithm, indexed: a set of 100 keys costs no more than one of 1. */
function indexByAlgorithm(
  keys: readonly VerifyKey[],
  otherwise: KeyMatch,
): (algorithm: Algorithm) => KeyMatch {
  const index = new Map<Algorithm, VerifyKey[]>()
  for (const key of keys) {
    for (const algorithm of key.algorithms) {
      const fitting = index.get(algorithm)
      if (fitting === undefined) index.set(algorithm, [key])
      else if (fitting.length < MAX_KEYS) fitting.push(key)
    }
  }
  const matches = new Map([...index].map(([algorithm, found]) => [algorithm, Object.freeze({ found })]))
  return (algorithm) => matches.get(algorithm) ?? otherwise
}
