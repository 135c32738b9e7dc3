import type { JWK } from 'jose'
import type { SigningAlgorithm } from './algorithms.ts'

/** `next`: published, not signing yet. `active`: signs. `retired`: published, signs no more. `removed`: gone. */
export type KeyState = 'next' | 'active' | 'retired' | 'removed'

/** Where the private half is: in the row, in the row but encrypted, or with a signer. */
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
  /** From then on the key signs, until the next one does. */
  readonly activeFrom: number
  /** Set where the key was taken out before its time. */
  readonly removedAt: number | undefined
}

/** The stored ring: its keys by `activeFrom`. What state a key is in, no row says: the time does. */
export type Ring = readonly RingKey[]

/** The lengths that states depend on, in milliseconds. */
export interface RingTimes {
  /** From being published until signing. */
  readonly lead: number
  /** From the last signature until removal. */
  readonly retention: number
  /** From signing until the next key does. */
  readonly rotateEvery: number
}

/** When a key goes, as far as that is known: once its successor has been signing for the time of retention. */
export function removalOf(
  ring: Ring,
  key: RingKey,
  { retention }: Pick<RingTimes, 'retention'>,
): number | undefined {
  const successor = ring.find((other) => other.activeFrom > key.activeFrom && tookTurn(other))
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
 * The key that signs at a time: the youngest whose turn came. Where that one was taken out, none does: an older key
 * that was superseded never signs again, since its removal is set. Nor does one that has lost its private half, as
 * happens where a clock ran ahead and was set back.
 */
export function activeKey(ring: Ring, now: number): RingKey | undefined {
  const youngest = ring.findLast((key) => key.activeFrom <= now && tookTurn(key))
  if (youngest?.removedAt !== undefined && now >= youngest.removedAt) return undefined
  return youngest?.private === undefined ? undefined : youngest
}

/** Whether the key ever signs, or was taken out before. */
function tookTurn({ activeFrom, removedAt }: RingKey): boolean {
  return removedAt === undefined || removedAt > activeFrom
}

/** The keys that a verifier must know at a time: all but the removed. */
export function publishedKeys(ring: Ring, now: number, times: Pick<RingTimes, 'retention'>): Ring {
  return ring.filter((key) => stateOf(ring, key, now, times) !== 'removed')
}

/**
 * When a new key would have to start signing, if one has to be made now: at once where no key signs, after the lead
 * where the active one is due. `undefined` where the ring is as it should be.
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
 * A ring that the store has, together with one that it had. A key is there if either has it; it is out if either says
 * so. This is for stores that lost writes.
 */
export function mergeRings(stored: Ring, lost: Ring, now: number, times: RingTimes): Ring {
  const outOf = (kid: string): RingKey | undefined =>
    lost.find((key) => key.kid === kid && key.removedAt !== undefined)
  const ours = lost.filter(({ kid }) => !stored.some((key) => key.kid === kid))
  return tidy([...stored.map((key) => outOf(key.kid) ?? key), ...ours], now, times)
}

/** The key that is published and waits for its turn. */
export function nextKey(ring: Ring, now: number): RingKey | undefined {
  return ring.find((key) => key.activeFrom > now && key.removedAt === undefined)
}

/** How many removed keys stay in the ring, without their private half, for people to look at. */
const REMEMBERED = 10

/** The ring with one more key; what was removed keeps nothing that could sign. */
export function withKey(ring: Ring, key: RingKey, now: number, times: RingTimes): Ring {
  return tidy([...ring, key], now, times)
}

/**
 * The ring without a key. If it was signing, the one that waits takes its place at once; `undefined` where there is
 * no such key any more.
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
