import type { Connection } from './clients/connection.ts'
import type { ReplicaWait, Settings } from './options.ts'
import { numberOf } from './reply.ts'
import { runScript, type Script } from './script.ts'
import { unavailable, within } from './unavailable.ts'

type KeysOfOne = readonly [string, ...string[]]

/** Carries out operations, each a script, within the time that the options give it. */
export interface Operate {
  /** One that changes nothing. It goes to the master all the same, and waits for no replica. */
  readonly read: (script: Script, keys: KeysOfOne, ...args: string[]) => Promise<unknown>
  /** One that may write, and waits for replicas if the options say so. */
  readonly write: (script: Script, keys: KeysOfOne, ...args: string[]) => Promise<unknown>
}

/** Adds the clock, the time limit and the replicas to `runScript`. */
export function createOperate(connection: Connection, { now, timeout, wait }: Settings): Operate {
  const run = (script: Script, keys: KeysOfOne, args: string[]): Promise<unknown> =>
    runScript(connection, script, keys, [now === undefined ? '' : integer(now()), ...args])

  const runAndWait = async (script: Script, keys: KeysOfOne, args: string[], replicas: ReplicaWait) => {
    const reply = await run(script, keys, args)
    const reached = numberOf(await connection.wait(keys[0], replicas.replicas, replicas.timeout))
    if (reached >= replicas.replicas) return reply
    const fault = `written, but only ${reached} of ${replicas.replicas} replicas had it after ${replicas.timeout} ms`
    throw unavailable(new Error(fault))
  }

  return {
    read: (script, keys, ...args) => within(timeout, run(script, keys, args)),
    write: (script, keys, ...args) =>
      within(timeout, wait === undefined ? run(script, keys, args) : runAndWait(script, keys, args, wait)),
  }
}

/** A whole number as an argument, also a large one. */
export function integer(value: number): string {
  return Math.trunc(value).toFixed(0)
}
