import { publish } from '../events/issuer-events.ts'
import { createRingCopy, type KnownRing, type RingCopy, type RingNow } from './ring-copy.ts'
import { KeyRingError } from './ring-mac.ts'
import { createRingWriter, type RingWriter, type WriterSettings } from './ring-writer.ts'
import { activeKey, dueAt, nextKey, stateOf, withoutKey, type Ring, type RingKey } from './ring.ts'

/** Settings of a keeper. */
export interface RingSettings extends WriterSettings {
  /** Milliseconds after which the ring is read again in the background. */
  readonly refreshEvery: number
}

/** Keeps a process's copy of the ring, and makes keys when they are due. It has no timers: each use keeps it up to date. */
export interface RingKeeper {
  /** @throws `StoreUnavailableError` if the store is down and the copy is too old */
  current(): Promise<RingNow>
  /** The same without waiting; `undefined` if the copy is not fresh enough. */
  peek(): RingNow | undefined
  /** Like `current()`, but at most one second old, unless the store is down. For key sets, which are requested rarely. */
  newest(): Promise<RingNow>
  /** Makes the next key, unless there is one already. Returns the next key. */
  rotate(): Promise<RingKey>
  /** Removes a key at once. Returns `false` if there is no such key. */
  retire(kid: string): Promise<boolean>
}

/** Creates a keeper for the stored ring of this issuer. */
export function createRingKeeper(settings: RingSettings): RingKeeper {
  const { refreshEvery } = settings
  const copy = createRingCopy(settings)
  const writer = createRingWriter(settings, copy)
  const refresher = createRefresher(settings, writer)
  const copyUpTo = (maxAge: number, dueAge: number): RingNow | undefined =>
    copyOf(copy, refresher, maxAge, dueAge)

  // After an idle hour, the copy may not know that a key was removed. Then it is better to wait for the store.
  const peek = (): RingNow | undefined => copyUpTo(2 * refreshEvery, refreshEvery)

  async function orRefreshed(found: RingNow | undefined): Promise<RingNow> {
    if (found !== undefined) return found
    try {
      const { keys: ring, readAt, offset } = await refresher.refresh()
      // The clock may have been set back in the meantime.
      const now = Math.max(settings.now(), readAt) + offset
      return { ring, now, completeUntil: readAt + offset + settings.lead }
    } catch (error) {
      const old = copy.usable()
      if (old === undefined) throw error
      return old
    }
  }

  return {
    current: () => orRefreshed(peek()),
    newest: () => orRefreshed(copyUpTo(NEWEST, NEWEST)),
    peek,
    rotate: () => rotateKeys(settings, writer),
    async retire(kid) {
      if (!(await removeKey(settings, writer, kid))) return false
      // The key is removed. If this refresh fails, the next signature makes the new key.
      await refresher.refresh().catch(() => {})
      return true
    },
  }
}

/** Reads the ring again, one at a time, and adds the key that is due. */
interface Refresher {
  refresh(): Promise<KnownRing>
  /** Starts a refresh in the background, unless the store failed a moment ago. */
  refreshSoon(): void
  /** Whether the store failed the last time. */
  isDown(): boolean
}

function createRefresher(settings: RingSettings, writer: RingWriter): Refresher {
  const { issuer, algorithm } = settings
  let refreshing: Promise<KnownRing> | undefined
  let failedAt: number | undefined

  async function addDueKey(): Promise<KnownRing> {
    try {
      const result = await writer.addKey((ring, now) => dueAt(ring, now, settings, algorithm))
      failedAt = undefined
      return result
    } catch (cause) {
      failedAt = settings.now()
      const isRejected = cause instanceof KeyRingError
      const name = isRejected ? 'countersign:key:ring-refused' : 'countersign:key:store-failed'
      publish(name, { issuer, cause })
      throw cause
    }
  }

  const refresh = (): Promise<KnownRing> =>
    (refreshing ??= addDueKey().finally(() => (refreshing = undefined)))
  return {
    refresh,
    refreshSoon() {
      const mayAsk = failedAt === undefined || Math.abs(settings.now() - failedAt) >= RETRY_AFTER
      if (mayAsk) refresh().catch(() => {})
    },
    isDown: () => failedAt !== undefined,
  }
}

/** The copy, if it is younger than `maxAge`. If it is older than `dueAge`, a refresh starts in the background. */
function copyOf(copy: RingCopy, refresher: Refresher, maxAge: number, dueAge: number): RingNow | undefined {
  const found = copy.usable()
  if (found === undefined || found.age < dueAge) return found
  // If the store is known to be down, do not wait for it. It is tried about once a second.
  const isDown = refresher.isDown()
  refresher.refreshSoon()
  return isDown || found.age < maxAge ? found : undefined
}

async function rotateKeys({ lead }: RingSettings, writer: RingWriter): Promise<RingKey> {
  const due = (keys: Ring, now: number): number | undefined => {
    if (nextKey(keys, now) !== undefined) return undefined
    return activeKey(keys, now) === undefined ? now : now + lead
  }
  const { keys: ring, readAt, offset } = await writer.addKey(due)
  const now = readAt + offset
  return nextKey(ring, now) ?? activeKey(ring, now)!
}

/** Removes a key. Returns `false` if there is no such key. */
async function removeKey(settings: RingSettings, writer: RingWriter, kid: string): Promise<boolean> {
  const { issuer } = settings
  let found: Parameters<typeof publish<'countersign:key:retired'>>[1] | undefined
  await writer.change(async (ring, now) => {
    const key = ring.find((one) => one.kid === kid)
    const without = withoutKey(ring, kid, now, settings)
    found = without && key && { issuer, kid, state: stateOf(ring, key, now, settings) }
    return without
  })
  if (found === undefined) return false
  publish('countersign:key:retired', found)
  return true
}

/** Milliseconds between two attempts to reach a store that failed. */
const RETRY_AFTER = 1_000
/** Milliseconds for which a copy counts as the newest. */
const NEWEST = 1_000
