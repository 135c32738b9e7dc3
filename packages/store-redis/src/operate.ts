import { createDeadlines, type Deadlines } from '@countersign/stores'
import type { Connection } from './clients/connection.ts'
import type { BucketKeys, Keys } from './keys.ts'
import type { ReplicaWait, Settings } from './options.ts'
import { listOf, numberOf } from './reply.ts'
import { runScript, type Script } from './script.ts'
import { readTime } from './scripts/log.ts'
import { toStoreError, unavailable } from './unavailable.ts'

type SomeKeys = readonly [string, ...string[]]

/** What a script returned: the time first. */
export type Reply = readonly unknown[]

/** Carries out operations, each a script in one bucket, within the time that the options give it. */
export interface Operate {
  /** One that changes nothing. It goes to the master all the same, and waits for no replica. */
  readonly read: (at: BucketKeys, script: Script, keys: SomeKeys, ...args: string[]) => Promise<Reply>
  /** One that may write: with a deadline, and it waits for replicas if the options say so. */
  readonly write: (at: BucketKeys, script: Script, keys: SomeKeys, ...args: string[]) => Promise<Reply>
}

/** Adds the clock, the deadline and the replicas to `runScript`. */
export function createOperate(connection: Connection, keys: Keys, settings: Settings): Operate {
  const { now, wait } = settings
  const deadlinesOf = createDeadlinesOf(connection, keys, settings)

  async function run(script: Script, on: SomeKeys, args: readonly string[]) {
    const time = now === undefined ? '' : integer(now())
    const reply = listOf(await runScript(connection, script, on, [time, ...args]).catch(rethrow))
    return { now: numberOf(reply[0]), answer: reply }
  }

  return {
    read: (at, script, on, ...args) => deadlinesOf(at.bucket).read(() => run(script, on, args)),
    write: (at, script, on, ...args) =>
      deadlinesOf(at.bucket).write(async (deadline) => {
        const result = await run(script, on, [integer(deadline), ...args])
        // The time alone: it came after its deadline.
        if (result.answer.length < 2) return { now: result.now, late: true }
        if (wait !== undefined) await untilReplicated(connection, on[0], wait)
        return result
      }),
  }
}

/** By bucket, since the masters of a Cluster have a clock each. */
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

/** A whole number as an argument, also a large one; empty for none. */
export function integer(value: number | undefined): string {
  return value === undefined ? '' : Math.trunc(value).toFixed(0)
}
