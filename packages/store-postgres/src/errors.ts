import { StoreUnavailableError } from '@countersign/stores'
import { LATE } from './schema/function.ts'

/** Codes (SQLSTATE) of a server that is unavailable now, by class or in full. */
const UNAVAILABLE = [
  '08', // the connection broke
  '28', // no login is possible, or the password is being replaced
  '40', // still in conflict after all attempts
  '53', // out of connections, memory or disk
  '57P', // the server shuts down, starts up or has crashed
  '58', // the disk fails
  '25006', // read-only or a standby, such as the old primary after a failover
  '55P03', // a lock was not available in time
  '57014', // cancelled, as by a timeout
]

/** A code of the server: five characters, at least one of them a digit. Codes of Node have none. */
const SQLSTATE = /^(?=.*\d)[\dA-Z]{5}$/

/** Missing: the schema, a table, a function. */
const MISSING = ['3F000', '42P01', '42883']

/** Messages of `pg`, without a code, about connections and pools that are lost, late or closed. */
const DRIVER_LOST_IT =
  /timeout|terminated|not queryable|unable to connect|after calling end|disconnected|socket|does not support ssl/i

/** Whether the transaction was rolled back because of another one, and can be tried again at once. */
export function isConflict(error: unknown): boolean {
  const code = codeOf(error)
  return code === '40001' || code === '40P01'
}

/** Converts an error of the driver to an error of the store. Errors that are not an outage are returned unchanged. */
export function toStoreError(error: unknown, schema: string): unknown {
  const code = codeOf(error)
  if (MISSING.includes(code)) return notInstalled(error, schema)
  return isOutage(error, code) ? new StoreUnavailableError('PostgreSQL', error) : error
}

/** The server's time if it rejected an operation after its deadline; otherwise `undefined`. */
export function lateAt(error: unknown): number | undefined {
  if (codeOf(error) !== LATE || !(error instanceof Error)) return undefined
  const [, time] = /at (-?\d+) ms/.exec(error.message) ?? []
  return time === undefined ? undefined : Number(time)
}

/** An operation did not end in time, possibly because it got no connection. */
export function tooLate(milliseconds: number): Error {
  return new StoreUnavailableError('PostgreSQL', new Error(`no response within ${milliseconds} ms`))
}

function isOutage(error: unknown, code: string): boolean {
  if (SQLSTATE.test(code)) return UNAVAILABLE.some((prefix) => code.startsWith(prefix))
  // Node's codes, of sockets, name resolution and TLS; wrong arguments are not an outage
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
