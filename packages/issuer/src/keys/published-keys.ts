import type { KeyFunction } from '@countersign/core'
import type { JWK } from 'jose'
import type { IssuerAlgorithm } from './algorithms.ts'
import { publishedJwk } from './public-jwk.ts'
import type { RingNow } from './ring-copy.ts'
import type { RingKeeper } from './ring-keeper.ts'
import { SKEW, type RingPolicy } from './ring-options.ts'
import { publishedKeys, removalOf, stateOf, type KeyState, type Ring, type RingKey } from './ring.ts'

/** Information about a key of the ring. Times are milliseconds since the epoch. */
export interface KeyInfo {
  readonly kid: string
  readonly algorithm: IssuerAlgorithm
  readonly state: KeyState
  readonly createdAt: number
  readonly activeFrom: number
  /** The time of its removal, if known. */
  readonly removedAt: number | undefined
}

/** A key set (RFC 7517 section 5) of public keys. */
export interface PublicJwkSet {
  readonly keys: readonly JWK[]
}

/** The key set that verifiers fetch. */
export interface PublishedKeys {
  readonly set: PublicJwkSet
  /** Seconds. */
  readonly maxAge: number
}

/** Publishes the keys of an issuer. Routes use only this part. */
export interface KeyPublisher {
  readonly algorithm: IssuerAlgorithm
  /** The key set, and how many seconds clients may cache it. */
  publish(): Promise<PublishedKeys>
}

/** The key set of a ring. */
export async function publishRing(keeper: RingKeeper, policy: RingPolicy): Promise<PublishedKeys> {
  const newest = await keeper.newest()
  const keys = publishedKeys(newest.ring, newest.now, policy)
  return { set: { keys: keys.map(publishedJwk) }, maxAge: maxAgeOf(newest, keys, policy) }
}

/** Information about a key of the ring at a time. */
export function keyInfo(ring: Ring, key: RingKey, now: number, policy: RingPolicy): KeyInfo {
  const { kid, algorithm, createdAt, activeFrom } = key
  return {
    kid,
    algorithm,
    createdAt,
    activeFrom,
    state: stateOf(ring, key, now, policy),
    removedAt: removalOf(ring, key, policy),
  }
}

/**
 * A key function for a verifier in the same process. It may cache a key for as long as this process keeps its copy of the
 * ring. If a `kid` is not in the copy, the ring is read from the store: another process may have replaced a key at once.
 */
export function ringKeyFunction(keeper: RingKeeper, policy: RingPolicy): KeyFunction {
  return async ({ kid }) => {
    const find = ({ ring, now }: RingNow): RingKey | undefined =>
      publishedKeys(ring, now, policy).find((one) => one.kid === kid)
    let copy = await keeper.current()
    if (find(copy) === undefined) copy = await keeper.newest()
    const key = find(copy)
    if (key === undefined) return undefined
    const maxAge = Math.min(policy.refreshEvery / 1_000, maxAgeOf(copy, [key], policy))
    return { key: { ...publishedJwk(key) }, maxAge }
  }
}

/**
 * The time that clients may cache the key set. It ends before any of its keys is removed, so that no verifier accepts a
 * removed key. It also ends before the first moment when a key could sign that this process, if cut off from the store, does
 * not know.
 */
function maxAgeOf({ ring, now, completeUntil }: RingNow, keys: Ring, policy: RingPolicy): number {
  const removals = keys.map((key) => removalOf(ring, key, policy) ?? Infinity)
  const end = Math.min(completeUntil - (SKEW / 2) * 1_000, ...removals)
  return Math.max(0, Math.min(policy.jwksMaxAge, Math.floor((end - now) / 1_000)))
}
