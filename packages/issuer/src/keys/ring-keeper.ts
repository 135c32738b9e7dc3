import type { KeyRingRecord, KeyStore } from '@countersign/core/stores'
import { publish } from '../events.ts'
import { newRingKey, type KeyMaking } from './new-key.ts'
import {
  activeKey,
  dueAt,
  nextKey,
  readRing,
  withKey,
  withoutKey,
  stateOf,
  writeRing,
  type Ring,
  type RingKey,
  type RingTimes,
} from './ring.ts'

/** What a keeper needs to know. */
export interface RingSettings extends KeyMaking, RingTimes {
  readonly issuer: string
  readonly store: KeyStore
  /** Milliseconds after which the ring is read again, in the background. */
  readonly refreshEvery: number
  /** Milliseconds since the epoch, on this machine. */
  readonly now: () => number
}

/** The ring as this process knows it. */
interface Known {
  readonly ring: Ring
  readonly version: number
  /** This machine's clock when it was read. */
  readonly readAt: number
  /** How far the store's clock is ahead of this machine's. */
  readonly offset: number
}

/** The ring, and the time on the store's clock. */
export interface RingNow {
  readonly ring: Ring
  readonly now: number
}

/**
 * Keeps a process's copy of the ring, and makes keys when they are due. No timers: whoever asks for the ring keeps it
 * up to date. A copy serves for as long as no key can have begun to sign that it does not know: a key is published for
 * `lead` before it signs, so a copy younger than that is never wrong about which key signs.
 */
export interface RingKeeper {
  /** @throws `StoreUnavailableError` where the store is down and the copy too old */
  current(): Promise<RingNow>
  /** The same without waiting, where the copy is fresh enough. */
  peek(): RingNow | undefined
  /** Makes the next key, unless one waits already; answers it. */
  rotate(): Promise<RingKey>
  /** Takes a key out at once. Answers `false` where there is none of this name. */
  retire(kid: string): Promise<boolean>
}

/** How often a write is tried again that others were faster than. Each time the ring is theirs, so it ends early. */
const ATTEMPTS = 100

/** A keeper of the ring that the store has for this issuer. */
export function createRingKeeper(settings: RingSettings): RingKeeper {
  const { issuer, store, algorithm, lead, refreshEvery } = settings
  let known: Known | undefined
  let refreshing: Promise<Known> | undefined
  let failedAt = -Infinity

  function remember(record: KeyRingRecord, readAt: number): Known {
    const ring = readRing(record.content)
    // Two reads can end in the wrong order; the ring never goes back.
    if (known !== undefined && known.version > record.version) return { ...known, readAt }
    return { ring, version: record.version, readAt, offset: record.now - readAt }
  }

  async function read(): Promise<Known> {
    const readAt = settings.now()
    return remember(await store.readKeyRing(issuer), readAt)
  }

  /** Changes the ring by compare-and-set; whoever loses looks again at what there is. `undefined`: nothing to change. */
  async function change(next: (ring: Ring, now: number) => Promise<Ring | undefined>): Promise<Known> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const seen = await read()
      const changed = await next(seen.ring, seen.readAt + seen.offset)
      if (changed === undefined) return (known = seen)
      if (await store.writeKeyRing(issuer, seen.version, writeRing(changed))) {
        return (known = { ...seen, ring: changed, version: seen.version + 1 })
      }
    }
    throw new Error('countersign: the key ring changes faster than it can be written')
  }

  /** Adds a key if one is due, at the time when it is. */
  async function addKey(due: (ring: Ring, now: number) => number | undefined): Promise<Known> {
    let made: RingKey | undefined
    const result = await change(async (ring, now) => {
      const activeFrom = due(ring, now)
      if (activeFrom === undefined) return undefined
      // A key that lost the race was never published: it can wait for the next attempt as well as a new one.
      made =
        made === undefined
          ? await newRingKey(settings, now, activeFrom)
          : { ...made, createdAt: now, activeFrom }
      return withKey(ring, made, now, settings)
    })
    if (made !== undefined && result.ring.some(({ kid }) => kid === made?.kid)) {
      publish('countersign:key:created', { issuer, kid: made.kid, activeFrom: made.activeFrom })
    }
    return result
  }

  const refresh = (): Promise<Known> =>
    (refreshing ??= addKey((ring, now) => dueAt(ring, now, settings, algorithm))
      .catch((cause: unknown) => {
        failedAt = settings.now()
        publish('countersign:key:store-failed', { issuer, cause })
        throw cause
      })
      .finally(() => (refreshing = undefined)))

  /** The copy, if no key can have begun to sign that it does not know. */
  function usable(): (RingNow & { readonly age: number }) | undefined {
    if (known === undefined) return undefined
    const local = settings.now()
    const age = local - known.readAt
    const now = local + known.offset
    // A clock that was set back says nothing about the copy's age.
    if (age < 0 || age >= lead || activeKey(known.ring, now) === undefined) return undefined
    return { ring: known.ring, now, age }
  }

  function peek(): RingNow | undefined {
    const copy = usable()
    if (copy === undefined || copy.age < refreshEvery) return copy
    const mayAsk = settings.now() - failedAt >= RETRY_AFTER
    if (mayAsk) refresh().catch(() => {})
    // After an idle hour the copy may lack that a key was taken out: then it is worth waiting for the store.
    return copy.age < 2 * refreshEvery || !mayAsk ? copy : undefined
  }

  async function current(): Promise<RingNow> {
    const fresh = peek()
    if (fresh !== undefined) return fresh
    try {
      const { ring, offset } = await refresh()
      return { ring, now: settings.now() + offset }
    } catch (error) {
      const copy = usable()
      if (copy === undefined) throw error
      return copy
    }
  }

  return {
    current,
    peek,
    async rotate() {
      const { ring, readAt, offset } = await addKey((keys, now) =>
        nextKey(keys, now) === undefined
          ? activeKey(keys, now) === undefined
            ? now
            : now + lead
          : undefined,
      )
      const now = readAt + offset
      return nextKey(ring, now) ?? activeKey(ring, now)!
    },
    async retire(kid) {
      let found: Parameters<typeof publish<'countersign:key:retired'>>[1] | undefined
      await change(async (ring, now) => {
        const key = ring.find((one) => one.kid === kid)
        const without = withoutKey(ring, kid, now, settings)
        found = without && key && { issuer, kid, state: stateOf(ring, key, now, settings) }
        return without
      })
      if (found === undefined) return false
      publish('countersign:key:retired', found)
      await refresh()
      return true
    },
  }
}

/** Milliseconds between two background attempts to reach a store that failed. */
const RETRY_AFTER = 1_000
