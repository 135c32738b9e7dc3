import { StoreUnavailableError } from '@countersign/stores'

/**
 * The replies of a server that cannot do now what it could do another time: it starts, is full, fails over, lost its master
 * or its disk, or no longer has the slot.
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

/** What a server answers, as a mistake of the script, where its slot is about to move or is served no more. */
const passingInScripts =
  /Script attempted to (?:access a (?:non local key|slot not served)|execute a .*while the cluster is down)/

/**
 * What to throw for what a client threw. A reply that is none of those above is a mistake (a wrong password, a key of another
 * kind), and so is a `TypeError`: they stay what they are. All else comes from the client, and says that it has no answer.
 */
export function toStoreError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreUnavailableError) return error
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return error
  // ioredis hangs the command on its errors, which are logged: its arguments are sessions, and rings of private keys.
  if ('command' in error) delete error.command
  // A reply begins with its code in capitals; messages of clients and of Node do not.
  const code = /^[A-Z][A-Z0-9]+(?= )/.exec(error.message)?.[0]
  const isMistake =
    code !== undefined &&
    !passing.has(code) &&
    !passingInScripts.test(error.message) &&
    !error.message.includes('max number of clients')
  return isMistake ? error : unavailable(error)
}

/** The error of the contract. */
export function unavailable(cause: unknown): StoreUnavailableError {
  return new StoreUnavailableError('Redis', cause)
}

/**
 * Waits for work that writes nothing, but not for ever.
 *
 * @param timeout milliseconds
 * @throws `StoreUnavailableError`
 */
export function within<T>(timeout: number, work: Promise<T>): Promise<T> {
  // By hand, not by `Promise.race`: this stands around every operation.
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(unavailable(new Error(`there was no answer within ${timeout} ms`)))
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
