import { createDeadlines, type Deadlines } from '@countersign/stores'
import type { Connection } from './clients/connection.ts'
import type { BucketKeys, Keys } from './keys.ts'
import type { ReplicaWait, Settings } from './options.ts'
import { listOf, numberOf } from './reply.ts'
import { runScript, type Script } from './script.ts'
import { readTime } from './scripts/log.ts'
import { toStoreError, unavailable } from './unavailable.ts'

type SomeKeys = readonly [string, ...string[]]

/** The reply of a script: the time first. */
export type Reply = readonly unknown[]

/** Runs operations, each a script in one bucket, within the timeout of the options. */
export interface Operate {
  /** Runs an operation that changes nothing. It still goes to the master, and waits for no replica. */
  readonly read: (at: BucketKeys, script: Script, keys: SomeKeys, ...args: string[]) => Promise<Reply>
  /** Runs an operation that may write, with a deadline. It waits for replicas if the options say so. */
  readonly write: (at: BucketKeys, script: Script, keys: SomeKeys, ...args: string[]) => Promise<Reply>
}

/** Adds the clock, the deadline and the replicas to `runScript`. */
export function createOperate(connection: Connection, keys: Keys, settings: Settings): Operate {
  const { now, wait } = settings
  const deadlinesOf = createDeadlinesOf(connection, keys, settings)

  async function run(script: Script, on: SomeKeys, args: readonly string[]) {
    const time = now === undefined ? '' : integer(now())
    const reply = listOf(await runScript(connection, script, on, [time, ...args]).catch(rethrow))
    return { now: numberOf(reply[0]), value: reply }
  }

  return {
    read: (at, script, on, ...args) => deadlinesOf(at.bucket).read(() => run(script, on, args)),
    write: (at, script, on, ...args) =>
      deadlinesOf(at.bucket).write(async (deadline) => {
        const result = await run(script, on, [integer(deadline), ...args])
        // Only the time: the operation arrived after its deadline.
        if (result.value.length < 2) return { now: result.now, late: true }
        if (wait !== undefined) await untilReplicated(connection, on[0], wait)
        return result
      }),
  }
}

/** One for each bucket, because each master of a Cluster has its own clock. */
function createDeadlinesOf(
  connection: Connection,
  { buckets }: Keys,
  { now, timeout }: Settings,
): (bucket: number) => Deadlines {
  const made = new Map<number, Deadlines>()
  const make = (bucket: number): Deadlines =>
    createDeadlines({
      store: 'Redis',
      timeout,
      askTime: async () => {
        const time = now === undefined ? '' : integer(now())
        const asked = runScript(connection, readTime, [buckets[bucket]!.log], [time])
        return numberOf(listOf(await asked.catch(rethrow))[0])
      },
    })
  return (bucket) => {
    const shared = connection.isCluster ? bucket : 0
    const known = made.get(shared)
    if (known !== undefined) return known
    const deadlines = make(shared)
    made.set(shared, deadlines)
    return deadlines
  }
}

async function untilReplicated(connection: Connection, key: string, wait: ReplicaWait): Promise<void> {
  const { replicas, timeout } = wait
  const reached = numberOf(await connection.wait(key, replicas, timeout).catch(rethrow))
  if (reached >= replicas) return
  throw unavailable(
    new Error(`written, but only ${reached} of ${replicas} replicas had it after ${timeout} ms`),
  )
}

function rethrow(error: unknown): never {
  throw toStoreError(error)
}

/** A whole number as an argument, without an exponent; empty for `undefined`. */
export function integer(value: number | undefined): string {
  return value === undefined ? '' : Math.trunc(value).toFixed(0)
}
