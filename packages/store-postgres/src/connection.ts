import { isConflict, tooLate, toStoreError } from './errors.ts'
import type { Settings } from './options.ts'
import type { PostgresPool, PostgresQuery } from './pool.ts'
import { parseResult, toJson, toStored } from './text.ts'

/** A value that an operation passes to the server. `undefined` is written as NULL, an object as JSON. */
export type Value = string | number | boolean | object | undefined

/** Calls functions of the schema. */
export interface Connection {
  /** Calls a function in one round trip, and returns its result. */
  call(name: string, values: readonly Value[], timeout: number): Promise<unknown>
  /** Runs statements without values as one transaction. */
  run(text: string): Promise<void>
}

/** The factor for the timeout of operations that touch many rows, or wait for other processes. */
export const LONG = 60

/** How often an operation is tried after conflicts with another one. Under READ COMMITTED there are no conflicts. */
const ATTEMPTS = 5

/** Requests to the server, with a time limit. They keep nothing in server sessions, so a pooler may share these. */
export function connect(pool: PostgresPool, { schema, statementTimeout }: Settings): Connection {
  async function withinTime(query: PostgresQuery): Promise<readonly Record<string, unknown>[]> {
    try {
      return await untilGivenUp(query, async () => withAttempts(pool, query))
    } catch (error) {
      throw toStoreError(error, schema)
    }
  }
  return {
    async call(name, values, timeout) {
      const list = values.map((_, index) => `$${index + 1}`).join(', ')
      // as text, because a driver can be configured to parse JSON or big integers differently
      const text = `SELECT ${schema}.${name}(${list})::text AS result`
      const [row] = await withinTime({ text, values: values.map(toParameter), query_timeout: timeout })
      return parseResult(String(row?.['result']))
    },
    async run(text) {
      await withinTime({ text, query_timeout: statementTimeout * LONG })
    },
  }
}

async function withAttempts(
  pool: PostgresPool,
  query: PostgresQuery,
): Promise<readonly Record<string, unknown>[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await pool.query(query)).rows
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error
    }
  }
}

/**
 * Gives up in time. The driver does this too, but counts from when it has a connection. A query that still waits for a
 * connection is emptied, so that it does nothing on the server once it gets one.
 */
async function untilGivenUp<T>(query: PostgresQuery, run: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      query.text = ''
      query.values = []
      reject(tooLate(query.query_timeout))
    }, query.query_timeout)
  })
  try {
    return await Promise.race([run(), over])
  } finally {
    clearTimeout(timer)
  }
}

function toParameter(value: Value): unknown {
  if (value === undefined) return null
  if (typeof value === 'number') return Math.floor(value)
  if (typeof value === 'object') return toJson(value)
  return typeof value === 'string' ? toStored(value) : value
}
