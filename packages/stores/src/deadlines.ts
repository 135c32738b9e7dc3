import { argumentFault, assertNames, type NamesOf } from '@countersign/core/toolkit'
import { StoreUnavailableError } from './errors.ts'
import { createStoreClock } from './store-clock.ts'

/** A response of a store's server: its time, and the value. */
export interface StoreReply<T> {
  readonly now: number
  readonly value: T
}

/** The operation arrived after its deadline: nothing was written. */
export interface TooLate {
  readonly now: number
  readonly late: true
}

/** Runs the operations of a store's server within a time limit. */
export interface Deadlines {
  /**
   * Runs an operation that may write. When the operation takes effect, the server must reject it if its own time is
   * later than `deadline`. After one rejection, for example because this machine was suspended, the operation is sent
   * again, based on the time that the server returned. After a second one, the store counts as unavailable.
   *
   * @param attempt sends the operation with a deadline (whole milliseconds on the store's clock)
   * @param timeout milliseconds; default: the store's
   * @throws `StoreUnavailableError` when the time is over; the operation has then taken effect already, or never will
   */
  write<T>(attempt: (deadline: number) => Promise<StoreReply<T> | TooLate>, timeout?: number): Promise<T>
  /**
   * Runs an operation that writes nothing, so it may arrive late.
   * @throws `StoreUnavailableError` when the time is over
   */
  read<T>(ask: () => Promise<StoreReply<T>>, timeout?: number): Promise<T>
}

/** Options of `createDeadlines`. */
export interface DeadlineOptions {
  /** The name of the store, for errors. */
  readonly store: string
  /** Milliseconds that an operation may take, all attempts included. */
  readonly timeout: number
  /** Asks the store's server for its time. The first operation does this first. */
  readonly askTime: () => Promise<number>
  /** Milliseconds on a clock that is never set back. Default `performance.now`. For tests. */
  readonly monotonic?: (() => number) | undefined
}

const NAMES: NamesOf<DeadlineOptions> = { store: true, timeout: true, askTime: true, monotonic: true }

/**
 * Deadlines on the store's clock, so that an operation that was given up never takes effect later: a server that hung
 * and resumes rejects operations that arrived too late. For stores whose server runs outside this process.
 *
 * @example
 * ```ts
 * const deadlines = createDeadlines({ store: 'Redis', timeout: 5_000, askTime: () => server.time() })
 * const wasLive = await deadlines.write((deadline) => server.endSession(row.sid, deadline))
 * ```
 */
export function createDeadlines(options: DeadlineOptions): Deadlines {
  assertNames<DeadlineOptions>(options, NAMES, 'options', argumentFault('createDeadlines'))
  const { store, timeout: usual, askTime, monotonic = () => performance.now() } = options
  const clock = createStoreClock(monotonic)
  const tooLate = (what: string) => new StoreUnavailableError(store, new Error(what))

  async function asked<T extends { readonly now: number }>(ask: () => Promise<T>): Promise<T> {
    const askedAt = monotonic()
    const result = await ask()
    clock.see(result.now, askedAt)
    return result
  }

  async function estimate(): Promise<number> {
    const known = clock.estimate()
    if (known !== undefined) return known
    const { now } = await asked(async () => ({ now: await askTime() }))
    return clock.estimate() ?? now
  }

  /** Gives up when the time is over, not earlier. `left` returns the remaining time; after the end it is 0 or less. */
  function within<T>(timeout: number, work: (left: () => number) => Promise<T>): Promise<T> {
    const begun = monotonic()
    const left = (): number => timeout - (monotonic() - begun)
    // Written by hand, not with `Promise.race`, because it wraps every operation.
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        // Timers count from the start of the event loop's turn, which may be long ago.
        if (left() > 0) timer = setTimeout(giveUp, Math.ceil(left()))
        else reject(tooLate(`there was no response within ${timeout} ms`))
      }
      let timer = setTimeout(giveUp, timeout)
      work(left).then(
        (result) => {
          clearTimeout(timer)
          return resolve(result)
        },
        (error: unknown) => {
          clearTimeout(timer)
          reject(error)
        },
      )
    })
  }

  return {
    write: (attempt, timeout = usual) =>
      within(timeout, async (left) => {
        for (let attempts = 1; attempts <= 2; attempts++) {
          const time = await estimate()
          const remaining = left()
          if (remaining <= 0) break
          const result = await asked(() => attempt(Math.floor(time + remaining)))
          if ('value' in result) return result.value
        }
        throw tooLate('the operation reached it after its deadline')
      }),
    read: (ask, timeout = usual) => within(timeout, async () => (await asked(ask)).value),
  }
}
