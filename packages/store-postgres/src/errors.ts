import { StoreUnavailableError } from '@countersign/stores'
import { LATE } from './schema/function.ts'

/** Codes (SQLSTATE) of a server that cannot serve now, by their class or in full. */
const UNAVAILABLE = [
  '08', // the connection broke
  '28', // it lets nobody in, or a password that is being replaced
  '40', // still in conflict after all attempts
  '53', // out of connections, memory or disk
  '57P', // it shuts down, starts up or crashed
  '58', // its disk fails
  '25006', // read-only, or a standby, as after a failover what was the primary
  '55P03', // a lock was not to be had in time
  '57014', // cancelled, as by a timeout
]

/** A code of the server: five characters, at least one of them a digit, as in none of Node's. */
const SQLSTATE = /^(?=.*\d)[\dA-Z]{5}$/

/** Not there: the schema, a table, a function. */
const MISSING = ['3F000', '42P01', '42883']

/** What `pg` says, without a code, of connections and pools that are lost, late or closed. */
const DRIVER_LOST_IT =
  /timeout|terminated|not queryable|unable to connect|after calling end|disconnected|socket|does not support ssl/i

/** Whether the transaction was rolled back because of another one, and can be tried again at once. */
export function isConflict(error: unknown): boolean {
  const code = codeOf(error)
  return code === '40001' || code === '40P01'
}

/** The error of a store for an error of the driver. What is nobody's outage is passed on as it is. */
export function toStoreError(error: unknown, schema: string): unknown {
  const code = codeOf(error)
  if (MISSING.includes(code)) return notInstalled(error, schema)
  return isOutage(error, code) ? new StoreUnavailableError('PostgreSQL', error) : error
}

/** The server's time if it refused an operation because its deadline was over; otherwise `undefined`. */
export function lateAt(error: unknown): number | undefined {
  if (codeOf(error) !== LATE || !(error instanceof Error)) return undefined
  const [, time] = /at (-?\d+) ms/.exec(error.message) ?? []
  return time === undefined ? undefined : Number(time)
}

/** An operation did not end in its time, be it for want of a connection. */
export function tooLate(milliseconds: number): Error {
  return new StoreUnavailableError('PostgreSQL', new Error(`no answer within ${milliseconds} ms`))
}

function isOutage(error: unknown, code: string): boolean {
  if (SQLSTATE.test(code)) return UNAVAILABLE.some((prefix) => code.startsWith(prefix))
  // Node's codes, of sockets, name resolution and TLS; that it was called wrongly is no outage
  if (code !== '') return !code.startsWith('ERR_INVALID')
  return error instanceof Error && DRIVER_LOST_IT.test(error.message)
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

function notInstalled(cause: unknown, schema: string): Error {
  return new Error(
    `countersign: the schema ${schema} is not set up for this release in this database: ` +
      'run `await store.init()` once, or `countersign store init`',
    { cause },
  )
}
