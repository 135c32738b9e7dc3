import type { StoredRing } from './ring-text.ts'
import { activeKey, type Ring } from './ring.ts'

/** The ring that this process read. */
export interface KnownRing extends StoredRing {
  /** Version in the store. */
  readonly version: number
  /** The stored text. */
  readonly content: string | undefined
  /** This machine's clock when it was read. */
  readonly readAt: number
  /** How far the store's clock is ahead of this machine's. */
  readonly offset: number
}

/** The ring, and times on the store's clock. */
export interface RingNow {
  readonly ring: Ring
  readonly now: number
  /** After this time, a key may sign that is not in this ring. */
  readonly completeUntil: number
}

/**
 * A process's copy of the ring. It can be used until a key that it does not know could sign. A key is published for `lead`
 * before it signs, so a copy younger than `lead` always knows which key signs.
 */
export interface RingCopy {
  /** `undefined` until the ring was read. */
  known(): KnownRing | undefined
  /** How often the copy was replaced. */
  replaced(): number
  /** Replaces the copy, unless a later ring has replaced it since `replacedBefore` was read. Returns the copy. */
  keep(seen: KnownRing, replacedBefore: number): KnownRing
  /** The copy, unless a key that it does not know could sign. `age` is in milliseconds. */
  usable(): (RingNow & { readonly age: number }) | undefined
}

/** Creates an empty copy. `now` is in milliseconds since the epoch, on this machine. */
export function createRingCopy({
  lead,
  now,
}: {
  readonly lead: number
  readonly now: () => number
}): RingCopy {
  let known: KnownRing | undefined
  let replaced = 0
  return {
    known: () => known,
    replaced: () => replaced,
    keep(seen, replacedBefore) {
      if (known !== undefined && known.revision > seen.revision && replaced !== replacedBefore) return known
      replaced++
      return (known = seen)
    },
    usable() {
      if (known === undefined) return undefined
      const local = now()
      const age = local - known.readAt
      const time = local + known.offset
      // If the clock was set back, the copy's age is unknown.
      if (age < 0 || age >= lead || activeKey(known.keys, time) === undefined) return undefined
      return { ring: known.keys, now: time, age, completeUntil: known.readAt + known.offset + lead }
    },
  }
}
