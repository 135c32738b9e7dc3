import type { NewRevocation, RevocationBatch, RevocationEntry, RevocationLog } from '@countersign/stores'
import { bucketOfSession, bucketOfText } from './buckets.ts'
import type { Connection } from './clients/connection.ts'
import type { BucketKeys, Keys } from './keys.ts'
import { readLogCursor, toLogCursor, type LogPosition } from './log-cursor.ts'
import { integer, type Operate, type Reply } from './operate.ts'
import { readNow } from './read-now.ts'
import { isTrue, listOf, numberOf } from './reply.ts'
import { entryArguments, toEntry } from './revocation-entry.ts'
import { appendRevocations, readLog } from './scripts/log.ts'

/** The result from the log of one bucket. */
interface Part {
  readonly bucket: number
  readonly now: number
  readonly gap: boolean
  /** The entries after the position, one more than requested if there are more. */
  readonly entries: readonly (readonly [id: number, RevocationEntry])[]
}

/** The results from the logs of all buckets. */
interface AllParts {
  readonly now: number
  /** The position of the reader before this read. */
  readonly positions: readonly LogPosition[]
  readonly parts: readonly Part[]
  /** How many entries were requested from each bucket. */
  readonly count: number
  readonly limit: number
}

/** The revocation log: one stream in each bucket. */
export function createRevocations(connection: Connection, operate: Operate, keys: Keys): RevocationLog {
  const { buckets } = keys

  async function readPart(at: BucketKeys, from: LogPosition, count: number): Promise<Part> {
    const id = from === undefined ? '' : `${from}-0`
    const reply = await operate.read(at, readLog, [at.log], id, integer(count))
    return toPart(at.bucket, from, reply)
  }

  return {
    async appendRevocations(entries) {
      const byBucket = new Map<number, string[]>()
      for (const entry of entries) {
        const bucket = bucketOf(entry)
        const args = byBucket.get(bucket) ?? []
        byBucket.set(bucket, args)
        args.push(...entryArguments(entry))
      }
      await Promise.all(
        buckets.map(async (at) => {
          const args = byBucket.get(at.bucket)
          if (args !== undefined) await operate.write(at, appendRevocations, [at.log], ...args)
        }),
      )
    },

    async readRevocations(cursor, limit) {
      const positions = cursor === undefined ? buckets.map(() => undefined) : readLogCursor(cursor)
      if (positions === undefined) return { gap: true, now: await readNow(connection, operate, keys) }
      const count = Math.ceil(limit / buckets.length)
      const parts = await Promise.all(buckets.map(async (at) => readPart(at, positions[at.bucket], count)))
      const now = Math.min(...parts.map((part) => part.now))
      if (parts.some(({ gap }) => gap)) return { gap: true, now }
      return toBatch({ now, positions, parts, count, limit })
    },

    watchRevocations: (listener) => connection.subscribe(keys.channel, listener),
  }
}

/** The bucket of an entry. It is always the same for a key, so that its versions increase. */
function bucketOf({ kind, issuer, key }: NewRevocation): number {
  return kind === 'session' ? bucketOfSession(key) : bucketOfText(`${kind} ${issuer} ${key}`)
}

function toPart(bucket: number, from: LogPosition, [now, gap, found]: Reply): Part {
  const entries = listOf(found)
    .map(toEntry)
    .filter(([id]) => id !== from)
  return { bucket, now: numberOf(now), gap: isTrue(gap), entries }
}

/**
 * Returns at most `limit` entries, starting with the buckets that are furthest behind, so that every bucket gets its
 * turn.
 */
function toBatch({ now, positions, parts, count, limit }: AllParts): RevocationBatch {
  const next = [...positions]
  const entries: RevocationEntry[] = []
  let room = limit
  let complete = true
  const age = ({ bucket }: Part): number => positions[bucket] ?? 0
  for (const part of parts.toSorted((a, b) => age(a) - age(b))) {
    const some = part.entries.slice(0, Math.min(count, room))
    if (some.length < part.entries.length) complete = false
    room -= some.length
    next[part.bucket] = some.at(-1)?.[0] ?? positions[part.bucket]
    for (const [, entry] of some) if (entry.expiresAt > part.now) entries.push(entry)
  }
  return { gap: false, now, entries, cursor: toLogCursor(next), complete }
}
