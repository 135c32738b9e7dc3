import type { StoredRing } from './ring-text.ts'
import { activeKey, type Ring } from './ring.ts'

/** The ring as this process read it. */
export interface KnownRing extends StoredRing {
  /** Of the store. */
  readonly version: number
  /** The text that it was read from. */
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
  /** From then on a key may sign that is not in this ring. */
  readonly completeUntil: number
}

/**
 * A process's copy of the ring. It serves for as long as no key can have begun to sign that it does not know: a key is
 * published for `lead` before it signs, so a copy younger than that is never wrong about which key signs.
 */
export interface RingCopy {
  /** `undefined` until the ring was read. */
  known(): KnownRing | undefined
  /** How often the copy was replaced. */
  replaced(): number
  /** Replaces the copy, unless a later one came since it had been replaced so often. Returns the copy. */
  keep(seen: KnownRing, replacedBefore: number): KnownRing
  /** The copy, if no key can have begun to sign that it does not know. `age` in milliseconds. */
  usable(): (RingNow & { readonly age: number }) | undefined
}

/** A copy that is empty yet. `now` in milliseconds since the epoch, on this machine. */
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
      // A clock that was set back says nothing about the copy's age.
      if (age < 0 || age >= lead || activeKey(known.keys, time) === undefined) return undefined
      return { ring: known.keys, now: time, age, completeUntil: known.readAt + known.offset + lead }
    },
  }
}
