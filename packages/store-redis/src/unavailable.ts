import { StoreUnavailableError } from '@countersign/stores'

/**
 * Error codes of temporary problems: the server starts, is full, fails over, has lost its master or its disk, or no
 * longer has the slot.
 */
const passing = new Set([
  'ASK',
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'MOVED',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'TRYAGAIN',
  'UNBLOCKED',
])

/**
 * Errors inside a script that look like a mistake of the script, but mean that the slot is about to move or is no
 * longer served.
 */
const passingInScripts =
  /Script attempted to (?:access a (?:non local key|slot not served)|execute a .*while the cluster is down)/

/**
 * Converts an error of a client. An error reply with another code is a mistake (a wrong password, a key of another
 * kind), and so is a `TypeError`: these are returned unchanged. All other errors come from the client, and mean that
 * there is no reply.
 */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreUnavailableError) return error
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return error
  // ioredis adds the command to its errors, which applications log: the arguments contain sessions and rings of private
  // keys.
  if ('command' in error) delete error.command
  // An error reply begins with its code in capitals; messages of clients and of Node do not.
  const code = /^[A-Z][A-Z0-9]+(?= )/.exec(error.message)?.[0]
  const isMistake =
    code !== undefined &&
    !passing.has(code) &&
    !passingInScripts.test(error.message) &&
    !error.message.includes('max number of clients')
  return isMistake ? error : unavailable(error)
}

/** The error that the contract defines. */
export function unavailable(cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError('Redis', cause)
}

/**
 * Waits for work that writes nothing, with a time limit.
 *
 * @param timeout milliseconds
 * @throws `StoreUnavailableError`
 */
export function within<T>(timeout: number, work: Promise<T>): Promise<T> {
  // Written by hand, not with `Promise.race`, because it wraps every operation.
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(unavailable(new Error(`there was no response within ${timeout} ms`)))
    }, timeout)
    work.then(
      (result) => {
        clearTimeout(timer)
        return resolve(result)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(toStoreError(error))
      },
    )
  })
}
