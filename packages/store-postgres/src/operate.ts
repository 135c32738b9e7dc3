import { createDeadlines } from '@countersign/stores'
import type { Results } from './results.ts'
import type { Connection, Value } from './connection.ts'
import { lateAt } from './errors.ts'
import type { Settings } from './options.ts'

/** Runs operations, each one function call, within the timeout of the options. */
export interface Operate {
  /** Runs an operation that changes no session. */
  readonly read: <Name extends keyof Results>(name: Name, values: readonly Value[]) => Promise<Results[Name]>
  /** Runs an operation that may write. After its deadline the server rolls it back. */
  readonly write: <Name extends keyof Results>(
    name: Name,
    values: readonly Value[],
    timeout?: number,
  ) => Promise<Results[Name]>
}

/** Adds the clock and the deadline to the calls of functions. */
export function createOperate(connection: Connection, settings: Settings): Operate {
  const { statementTimeout, now } = settings
  const deadlines = createDeadlines({
    store: 'PostgreSQL',
    timeout: statementTimeout,
    askTime: async () => (await call('read_time', [], statementTimeout)).now,
  })

  async function call<Name extends keyof Results>(
    name: Name,
    values: readonly Value[],
    timeout: number,
  ): Promise<{ now: number; value: Results[Name] }> {
    const value = (await connection.call(name, [...values, now?.()], timeout)) as Results[Name]
    return { now: value.now, value }
  }

  return {
    read: (name, values) => deadlines.read(async () => call(name, values, statementTimeout)),
    write: (name, values, timeout = statementTimeout) =>
      deadlines.write(async (deadline) => {
        try {
          return await call(name, [...values, deadline], timeout)
        } catch (error) {
          const late = lateAt(error)
          if (late === undefined) throw error
          return { now: late, late: true }
        }
      }, timeout),
  }
}
