import type { KeyStore } from '@countersign/stores'
import { publish } from '../events/issuer-events.ts'
import { newRingKey, type KeyMaking } from './new-key.ts'
import type { KnownRing, RingCopy } from './ring-copy.ts'
import type { RingText } from './ring-text.ts'
import { mergeRings, withKey, type Ring, type RingKey, type RingTimes } from './ring.ts'

/** What a writer needs to know. */
export interface WriterSettings extends KeyMaking, RingTimes {
  readonly issuer: string
  readonly store: KeyStore
  readonly text: RingText
  /** Milliseconds since the epoch, on this machine. */
  readonly now: () => number
}

/** Changes the stored ring. */
export interface RingWriter {
  /** Changes the ring by compare-and-set; who loses looks again at what there is. `undefined`: nothing to change. */
  change(next: (ring: Ring, now: number) => Promise<Ring | undefined>): Promise<KnownRing>
  /** Adds a key if one is due, at the time when it is. */
  addKey(due: (ring: Ring, now: number) => number | undefined): Promise<KnownRing>
}

/** How often a write is tried again that others were faster than. Each time the ring is theirs, so it ends early. */
const ATTEMPTS = 100

/** A writer of the ring that the store has for this issuer. */
export function createRingWriter(settings: WriterSettings, copy: RingCopy): RingWriter {
  const { issuer, store, text } = settings

  async function read(): Promise<KnownRing> {
    const readAt = settings.now()
    const { version, content, now } = await store.readKeyRing(issuer)
    const known = copy.known()
    // What was checked once is not checked again.
    const { revision, keys } =
      known !== undefined && content === known.content ? known : await text.read(content)
    return { revision, keys, version, content, readAt, offset: now - readAt }
  }

  /** One attempt. `undefined`: others were faster. */
  async function attempt(next: Parameters<RingWriter['change']>[0]): Promise<KnownRing | undefined> {
    const before = copy.replaced()
    const seen = await read()
    const now = seen.readAt + seen.offset
    const known = copy.known()
    // A store that is behind what it said before lost writes: it was wiped, restored or failed over. They come back.
    const lost =
      copy.replaced() === before && known !== undefined && isBehind(seen, known) ? known : undefined
    const ring = lost === undefined ? seen.keys : mergeRings(seen.keys, lost.keys, now, settings)
    // Kept before it is changed: where no key can be made, those that are there go on.
    const latest = lost === undefined ? copy.keep(seen, before) : seen
    const changed = (await next(ring, now)) ?? (lost === undefined ? undefined : ring)
    if (changed === undefined) return latest
    const beforeWriting = lost === undefined ? copy.replaced() : before
    const written = { revision: (lost ?? seen).revision + 1, keys: changed }
    const content = await text.write(written)
    if (!(await store.writeKeyRing(issuer, seen.version, content))) return undefined
    return copy.keep({ ...seen, ...written, content, version: seen.version + 1 }, beforeWriting)
  }

  async function change(next: Parameters<RingWriter['change']>[0]): Promise<KnownRing> {
    for (let count = 0; count < ATTEMPTS; count++) {
      const result = await attempt(next)
      if (result !== undefined) return result
    }
    throw new Error('countersign: the key ring changes faster than it can be written')
  }

  return { change, addKey: (due) => addKey(settings, change, due) }
}

async function addKey(
  settings: WriterSettings,
  change: RingWriter['change'],
  due: (ring: Ring, now: number) => number | undefined,
): Promise<KnownRing> {
  const { issuer } = settings
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

/** Whether a ring is older than one that was known: by its count, or as another that counted on from the same one. */
function isBehind(seen: KnownRing, known: KnownRing): boolean {
  return (
    seen.revision < known.revision || (seen.revision === known.revision && seen.content !== known.content)
  )
}
