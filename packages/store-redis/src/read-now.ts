import type { Connection } from './clients/connection.ts'
import type { BucketKeys, Keys } from './keys.ts'
import type { Operate } from './operate.ts'
import { numberOf } from './reply.ts'
import { readTime } from './scripts/log.ts'

/**
 * The time of the store. Each master of a Cluster has its own clock: a few are asked, and the first response counts, so
 * that a lost master does not stop users of other masters from signing in.
 * @throws `StoreUnavailableError`
 */
export async function readNow(
  { isCluster }: Connection,
  operate: Operate,
  { buckets }: Keys,
): Promise<number> {
  const asked = isCluster ? [0, 21, 42] : [0]
  const ask = async (at: BucketKeys) => numberOf((await operate.read(at, readTime, [at.log]))[1])
  try {
    return await Promise.any(asked.map((bucket) => ask(buckets[bucket]!)))
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error
  }
}
