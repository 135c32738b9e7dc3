import { createHash } from 'node:crypto'
import { isConflict, tooLate, toStoreError } from './errors.ts'
import type { Settings } from './options.ts'
import type { PostgresPool, PostgresQuery } from './pool.ts'
import { parseAnswer, toStored } from './text.ts'

/** What an operation hands to the server. `undefined` is written as NULL. */
export type Value = string | number | boolean | undefined

/** Calls functions of the schema. */
export interface Connection {
  /** Calls a function in one round trip, as a prepared statement, and answers what it returned. */
  call(name: string, values: readonly Value[], patience?: number): Promise<unknown>
  /** Runs statements without values as one transaction. */
  run(text: string): Promise<void>
}

/** How many times longer than an operation those may take that touch many rows, or wait for other processes. */
export const LONG = 60

/** How often an operation is tried that another one made impossible. Under READ COMMITTED that does not happen. */
const ATTEMPTS = 5

/** What may be asked of the server, in bounded time. */
export function connect(pool: PostgresPool, { schema, statementTimeout }: Settings): Connection {
  async function withinTime(query: PostgresQuery): Promise<readonly Record<string, unknown>[]> {
    try {
      return await beforeDeadline(query.query_timeout, query, async () => withAttempts(pool, query))
    } catch (error) {
      throw toStoreError(error, schema)
    }
  }
  const statements = new Map<string, Statement>()
  function prepared(name: string, parameters: number): Statement {
    const known = statements.get(name) ?? toStatement(schema, name, parameters)
    statements.set(name, known)
    return known
  }
  return {
    async call(name, values, patience = 1) {
      const statement = prepared(name, values.length)
      const query_timeout = statementTimeout * patience
      const [row] = await withinTime({ ...statement, values: values.map(toParameter), query_timeout })
      return parseAnswer(String(row?.['answer']))
    },
    async run(text) {
      await withinTime({ text, query_timeout: statementTimeout * LONG })
    },
  }
}

interface Statement {
  readonly name: string
  readonly text: string
}

/** The call of a function, prepared under a name that no other text has. */
function toStatement(schema: string, name: string, parameters: number): Statement {
  const list = Array.from({ length: parameters }, (_, index) => `$${index + 1}`).join(', ')
  // as text, since a driver may be told to read JSON or big integers in its own way
  const text = `SELECT ${schema}.${name}(${list})::text AS answer`
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return Object.freeze({ name: `countersign_${name}_${digest}`, text })
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
 * Gives up at the deadline. The driver does so too, but counts from when it has a connection. A query that still waits
 * for one is emptied, so that it does nothing once it gets it: nobody waits for its answer any more.
 */
async function beforeDeadline<T>(
  milliseconds: number,
  query: PostgresQuery,
  run: () => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      query.name = undefined
      query.text = ''
      query.values = []
      reject(tooLate(milliseconds))
    }, milliseconds)
  })
  try {
    return await Promise.race([run(), deadline])
  } finally {
    clearTimeout(timer)
  }
}

function toParameter(value: Value): unknown {
  if (value === undefined) return null
  if (typeof value === 'number') return Math.floor(value)
  return typeof value === 'string' ? toStored(value) : value
}
