import { createDeadlines } from '@countersign/stores'
import type { Answers } from './answers.ts'
import type { Connection, Value } from './connection.ts'
import { lateAt } from './errors.ts'
import type { Settings } from './options.ts'

/** Runs operations, each one function call, within the timeout of the options. */
export interface Operate {
  /** Runs an operation that changes no session. */
  readonly read: <Name extends keyof Answers>(name: Name, values: readonly Value[]) => Promise<Answers[Name]>
  /** Runs an operation that may write. After its deadline the server rolls it back. */
  readonly write: <Name extends keyof Answers>(
    name: Name,
    values: readonly Value[],
    timeout?: number,
  ) => Promise<Answers[Name]>
}

/** Adds the clock and the deadline to the calls of functions. */
export function createOperate(connection: Connection, settings: Settings): Operate {
  const { statementTimeout, now } = settings
  const deadlines = createDeadlines({
    store: 'PostgreSQL',
    timeout: statementTimeout,
    askTime: async () => (await call('read_time', [], statementTimeout)).now,
  })

  async function call<Name extends keyof Answers>(
    name: Name,
    values: readonly Value[],
    timeout: number,
  ): Promise<{ now: number; answer: Answers[Name] }> {
    const answer = (await connection.call(name, [...values, now?.()], timeout)) as Answers[Name]
    return { now: answer.now, answer }
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
