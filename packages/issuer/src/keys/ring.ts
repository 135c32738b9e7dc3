import type { JWK } from 'jose'
import type { SigningAlgorithm } from './algorithms.ts'

/** `next`: published, does not sign yet. `active`: signs. `retired`: published, signs no more. `removed`: not published. */
export type KeyState = 'next' | 'active' | 'retired' | 'removed'

/** The private half: stored as it is, stored encrypted, or with a signer. */
export type PrivateKey =
  | { readonly jwk: JWK }
  | { readonly sealed: string }
  | { readonly reference: string }
  | undefined

/** A key of the ring, as it is stored. Times are milliseconds since the epoch, on the store's clock. */
export interface RingKey {
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly publicJwk: JWK
  readonly private: PrivateKey
  readonly createdAt: number
  /** The key signs from this time until the next key signs. */
  readonly activeFrom: number
  /** Set if the key was removed early. */
  readonly removedAt: number | undefined
}

/** The stored ring: its keys, sorted by `activeFrom`. It stores timestamps; this file derives the state of a key from them. */
export type Ring = readonly RingKey[]

/** Durations that decide the states of keys, in milliseconds. */
export interface RingTimes {
  /** From publication to the first signature. */
  readonly lead: number
  /** From the last signature to removal. */
  readonly retention: number
  /** From the first signature of a key to that of the next key. */
  readonly rotateEvery: number
}

/** The time when a key is removed, if known: `retention` after its successor has started to sign. */
export function removalOf(
  ring: Ring,
  key: RingKey,
  { retention }: Pick<RingTimes, 'retention'>,
): number | undefined {
  const successor = ring.find((other) => other.activeFrom > key.activeFrom && everSigns(other))
  const planned = successor && successor.activeFrom + retention
  return key.removedAt === undefined ? planned : Math.min(key.removedAt, planned ?? Infinity)
}

/** The state of a key at a time. */
export function stateOf(
  ring: Ring,
  key: RingKey,
  now: number,
  times: Pick<RingTimes, 'retention'>,
): KeyState {
  const removal = removalOf(ring, key, times)
  if (removal !== undefined && now >= removal) return 'removed'
  if (now < key.activeFrom) return 'next'
  return activeKey(ring, now)?.kid === key.kid ? 'active' : 'retired'
}

/**
 * The key that signs at a time: the youngest whose `activeFrom` has passed. If that key was removed early, no key signs: an
 * older, superseded key never signs again, since the time of its removal is fixed. A key without its private half does not
 * sign either; this happens if a clock was ahead and was set back.
 */
export function activeKey(ring: Ring, now: number): RingKey | undefined {
  const youngest = ring.findLast((key) => key.activeFrom <= now && everSigns(key))
  if (youngest?.removedAt !== undefined && now >= youngest.removedAt) return undefined
  return youngest?.private === undefined ? undefined : youngest
}

/** Whether the key ever signs: false if it was removed before. */
function everSigns({ activeFrom, removedAt }: RingKey): boolean {
  return removedAt === undefined || removedAt > activeFrom
}

/** The keys that a verifier must know at a time: all except the removed ones. */
export function publishedKeys(ring: Ring, now: number, times: Pick<RingTimes, 'retention'>): Ring {
  return ring.filter((key) => stateOf(ring, key, now, times) !== 'removed')
}

/**
 * If a new key must be made now, the time when it starts to sign: at once if no key signs, after the lead if the active key
 * is due. `undefined` if no new key is needed.
 */
export function dueAt(
  ring: Ring,
  now: number,
  { lead, rotateEvery }: RingTimes,
  algorithm: SigningAlgorithm,
): number | undefined {
  const active = activeKey(ring, now)
  if (active === undefined) return now
  if (nextKey(ring, now) !== undefined) return undefined
  if (active.algorithm !== algorithm) return now + lead
  const turn = active.activeFrom + rotateEvery
  return now >= turn - lead ? Math.max(turn, now + lead) : undefined
}

/**
 * Merges the stored ring with one that was stored before, for stores that lost writes. The result has the keys of both. A
 * key is removed if it is removed in one of them.
 */
export function mergeRings(stored: Ring, lost: Ring, now: number, times: RingTimes): Ring {
  const removedIn = (kid: string): RingKey | undefined =>
    lost.find((key) => key.kid === kid && key.removedAt !== undefined)
  const ours = lost.filter(({ kid }) => !stored.some((key) => key.kid === kid))
  return tidy([...stored.map((key) => removedIn(key.kid) ?? key), ...ours], now, times)
}

/** The key that is published and will sign next. */
export function nextKey(ring: Ring, now: number): RingKey | undefined {
  return ring.find((key) => key.activeFrom > now && key.removedAt === undefined)
}

/** How many removed keys stay in the ring, without their private half, as information for people. */
const REMEMBERED = 10

/** The ring with one more key. Removed keys lose their private half. */
export function withKey(ring: Ring, key: RingKey, now: number, times: RingTimes): Ring {
  return tidy([...ring, key], now, times)
}

/**
 * The ring after removing a key. If that key was signing, the next key signs at once. `undefined` if there is no such key any
 * more.
 */
export function withoutKey(ring: Ring, kid: string, now: number, times: RingTimes): Ring | undefined {
  const key = ring.find((one) => one.kid === kid)
  if (key === undefined || stateOf(ring, key, now, times) === 'removed') return undefined
  const wasActive = activeKey(ring, now) === key
  const next = wasActive ? nextKey(ring, now) : undefined
  const changed = ring.map((one) => {
    if (one === key) return { ...one, removedAt: now, private: undefined }
    return one === next ? { ...one, activeFrom: now } : one
  })
  return tidy(changed, now, times)
}

function tidy(ring: Ring, now: number, times: RingTimes): Ring {
  const sorted = ring.toSorted((a, b) => a.activeFrom - b.activeFrom || a.createdAt - b.createdAt)
  const removed = sorted.filter((key) => stateOf(sorted, key, now, times) === 'removed')
  const forgotten = new Set(removed.slice(0, -REMEMBERED))
  return sorted
    .filter((key) => !forgotten.has(key))
    .map((key) => (removed.includes(key) ? { ...key, private: undefined } : key))
}
