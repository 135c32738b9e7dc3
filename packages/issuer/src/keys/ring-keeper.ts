import type { KeyStore } from '@countersign/stores'
import { publish } from '../events/issuer-events.ts'
import { newRingKey, type KeyMaking } from './new-key.ts'
import { KeyRingError } from './ring-mac.ts'
import type { RingText, StoredRing } from './ring-text.ts'
import {
  activeKey,
  dueAt,
  mergeRings,
  nextKey,
  withKey,
  withoutKey,
  stateOf,
  type Ring,
  type RingKey,
  type RingTimes,
} from './ring.ts'

/** What a keeper needs to know. */
export interface RingSettings extends KeyMaking, RingTimes {
  readonly issuer: string
  readonly store: KeyStore
  readonly text: RingText
  /** Milliseconds after which the ring is read again, in the background. */
  readonly refreshEvery: number
  /** Milliseconds since the epoch, on this machine. */
  readonly now: () => number
}

/** The ring as this process knows it. */
interface Known extends StoredRing {
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
 * Keeps a process's copy of the ring, and makes keys when they are due. No timers: whoever asks for the ring keeps it
 * up to date. A copy serves for as long as no key can have begun to sign that it does not know: a key is published for
 * `lead` before it signs, so a copy younger than that is never wrong about which key signs.
 */
export interface RingKeeper {
  /** @throws `StoreUnavailableError` where the store is down and the copy too old */
  current(): Promise<RingNow>
  /** The same without waiting, where the copy is fresh enough. */
  peek(): RingNow | undefined
  /** As `current()`, but not older than a second unless the store is down. For what is published, and asked seldom. */
  newest(): Promise<RingNow>
  /** Makes the next key, unless one waits already; answers it. */
  rotate(): Promise<RingKey>
  /** Takes a key out at once. Answers `false` where there is none of this name. */
  retire(kid: string): Promise<boolean>
}

/** How often a write is tried again that others were faster than. Each time the ring is theirs, so it ends early. */
const ATTEMPTS = 100

/** A keeper of the ring that the store has for this issuer. */
export function createRingKeeper(settings: RingSettings): RingKeeper {
  const { issuer, store, text, algorithm, lead, refreshEvery } = settings
  let known: Known | undefined
  /** How often the copy was replaced. */
  let replaced = 0
  let refreshing: Promise<Known> | undefined
  /** When the store failed, if it did so the last time. */
  let failedAt: number | undefined

  /** Replaces the copy, unless a later one came while the store was asked for this one. */
  function keep(seen: Known, replacedBefore: number): Known {
    if (known !== undefined && known.revision > seen.revision && replaced !== replacedBefore) return known
    replaced++
    return (known = seen)
  }

  /** Changes the ring by compare-and-set; whoever loses looks again at what there is. `undefined`: nothing to change. */
  async function change(next: (ring: Ring, now: number) => Promise<Ring | undefined>): Promise<Known> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = replaced
      const seen = await read()
      const now = seen.readAt + seen.offset
      // A store that is behind what it said before lost writes: it was wiped, restored or failed over. They come back.
      const lost = replaced === before && known !== undefined && isBehind(seen, known) ? known : undefined
      const ring = lost === undefined ? seen.keys : mergeRings(seen.keys, lost.keys, now, settings)
      // Kept before it is changed: where no key can be made, those that are there go on.
      const latest = lost === undefined ? keep(seen, before) : seen
      const changed = (await next(ring, now)) ?? (lost === undefined ? undefined : ring)
      if (changed === undefined) return latest
      const beforeWriting = lost === undefined ? replaced : before
      const written = { revision: (lost ?? seen).revision + 1, keys: changed }
      const content = await text.write(written)
      if (await store.writeKeyRing(issuer, seen.version, content)) {
        return keep({ ...seen, ...written, content, version: seen.version + 1 }, beforeWriting)
      }
    }
    throw new Error('countersign: the key ring changes faster than it can be written')
  }

  async function read(): Promise<Known> {
    const readAt = settings.now()
    const { version, content, now } = await store.readKeyRing(issuer)
    // What was judged once is not judged again.
    const { revision, keys } =
      known !== undefined && content === known.content ? known : await text.read(content)
    return { revision, keys, version, content, readAt, offset: now - readAt }
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
    if (made !== undefined && result.keys.some(({ kid }) => kid === made?.kid)) {
      publish('countersign:key:created', { issuer, kid: made.kid, activeFrom: made.activeFrom })
    }
    return result
  }

  const refresh = (): Promise<Known> =>
    (refreshing ??= addKey((ring, now) => dueAt(ring, now, settings, algorithm))
      .then((result) => {
        failedAt = undefined
        return result
      })
      .catch((cause: unknown) => {
        failedAt = settings.now()
        const isRefused = cause instanceof KeyRingError
        publish(isRefused ? 'countersign:key:ring-refused' : 'countersign:key:store-failed', {
          issuer,
          cause,
        })
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
    if (age < 0 || age >= lead || activeKey(known.keys, now) === undefined) return undefined
    return { ring: known.keys, now, age, completeUntil: known.readAt + known.offset + lead }
  }

  /** The copy, if it is young enough; past `dueAge` the store is asked in the background. */
  function copyUpTo(maxAge: number, dueAge: number): RingNow | undefined {
    const copy = usable()
    if (copy === undefined || copy.age < dueAge) return copy
    // Nobody waits for a store that is known to be down; it is asked about once a second.
    const isDown = failedAt !== undefined
    const mayAsk = failedAt === undefined || Math.abs(settings.now() - failedAt) >= RETRY_AFTER
    if (mayAsk) refresh().catch(() => {})
    return isDown || copy.age < maxAge ? copy : undefined
  }

  // After an idle hour the copy may lack that a key was taken out: then it is worth waiting for the store.
  const peek = (): RingNow | undefined => copyUpTo(2 * refreshEvery, refreshEvery)

  async function orRefreshed(copy: RingNow | undefined): Promise<RingNow> {
    if (copy !== undefined) return copy
    try {
      const { keys: ring, readAt, offset } = await refresh()
      // The clock may have been set back meanwhile.
      const now = Math.max(settings.now(), readAt) + offset
      return { ring, now, completeUntil: readAt + offset + lead }
    } catch (error) {
      const old = usable()
      if (old === undefined) throw error
      return old
    }
  }

  return {
    current: () => orRefreshed(peek()),
    newest: () => orRefreshed(copyUpTo(NEWEST, NEWEST)),
    peek,
    async rotate() {
      const {
        keys: ring,
        readAt,
        offset,
      } = await addKey((keys, now) =>
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
      // It is out. Where this fails, whoever signs next makes the key that takes its place.
      await refresh().catch(() => {})
      return true
    },
  }
}

/** Whether a ring is older than one that was known: by its count, or as another that counted on from the same one. */
function isBehind(seen: Known, known: Known): boolean {
  return (
    seen.revision < known.revision || (seen.revision === known.revision && seen.content !== known.content)
  )
}

/** Milliseconds between two attempts to reach a store that failed. */
const RETRY_AFTER = 1_000
/** Milliseconds for which a copy counts as the newest. */
const NEWEST = 1_000
