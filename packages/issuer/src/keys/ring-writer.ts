import type { KeyStore } from '@countersign/stores'
import { publish } from '../events/issuer-events.ts'
import { newRingKey, type NewKeySettings } from './new-key.ts'
import type { KnownRing, RingCopy } from './ring-copy.ts'
import type { RingText } from './ring-text.ts'
import { mergeRings, withKey, type Ring, type RingKey, type RingTimes } from './ring.ts'

/** Settings of a writer. */
export interface WriterSettings extends NewKeySettings, RingTimes {
  readonly issuer: string
  readonly store: KeyStore
  readonly text: RingText
  /** Milliseconds since the epoch, on this machine. */
  readonly now: () => number
}

/** Changes the stored ring. */
export interface RingWriter {
  /** Changes the ring by compare-and-set. If another process was faster, it reads the ring and calls `next` again. If `next` returns `undefined`, nothing is changed. */
  change(next: (ring: Ring, now: number) => Promise<Ring | undefined>): Promise<KnownRing>
  /** Adds a key if one is due. `due` returns the time when that key starts to sign. */
  addKey(due: (ring: Ring, now: number) => number | undefined): Promise<KnownRing>
}

/** How often a write is repeated if others were faster. Usually few attempts are needed, since their ring has the key already. */
const ATTEMPTS = 100

/** Creates a writer for the stored ring of this issuer. */
export function createRingWriter(settings: WriterSettings, copy: RingCopy): RingWriter {
  const { issuer, store, text } = settings

  async function read(): Promise<KnownRing> {
    const readAt = settings.now()
    const { version, content, now } = await store.readKeyRing(issuer)
    const known = copy.known()
    // The same text is not checked again.
    const { revision, keys } =
      known !== undefined && content === known.content ? known : await text.read(content)
    return { revision, keys, version, content, readAt, offset: now - readAt }
  }

  /** One attempt. Returns `undefined` if others were faster. */
  async function attempt(next: Parameters<RingWriter['change']>[0]): Promise<KnownRing | undefined> {
    const before = copy.replaced()
    const seen = await read()
    const now = seen.readAt + seen.offset
    const known = copy.known()
    // An older ring than before means that the store lost writes: it was erased, restored or failed over. Write them again.
    const lost =
      copy.replaced() === before && known !== undefined && isBehind(seen, known) ? known : undefined
    const ring = lost === undefined ? seen.keys : mergeRings(seen.keys, lost.keys, now, settings)
    // Keep the ring before the change: if making a key fails, the existing keys stay in use.
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
    throw new Error(
      'countersign: the key ring could not be written, since other processes changed it again and again',
    )
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
    // If the write failed, the key was never published, so the next attempt can use it.
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

/** Whether the read ring is behind the known one: its revision is lower, or equal with another content. */
function isBehind(seen: KnownRing, known: KnownRing): boolean {
  return (
    seen.revision < known.revision || (seen.revision === known.revision && seen.content !== known.content)
  )
}
