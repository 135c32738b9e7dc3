import { argumentFault, assertNames, type NamesOf } from '@countersign/core/toolkit'
import { StoreUnavailableError } from './errors.ts'
import { createStoreClock } from './store-clock.ts'

/** What a store's server said to a question: its time, and the answer. */
export interface Answered<T> {
  readonly now: number
  readonly answer: T
}

/** The operation came after its deadline: nothing was written. */
export interface TooLate {
  readonly now: number
  readonly late: true
}

/** Runs the operations of a store on a server within their time. */
export interface Deadlines {
  /**
   * Runs an operation that may write. The server must refuse it if its time is later than `deadline`, at the moment
   * when it takes effect. Refused once, as after a suspension of this machine, it is made again with the time that the
   * server told; refused twice, the store is unavailable.
   *
   * @param attempt makes the operation with a deadline (whole milliseconds on the store's clock)
   * @param timeout milliseconds; default: the store's
   * @throws `StoreUnavailableError` when the time is over; the operation then has taken effect already, or never will
   */
  write<T>(attempt: (deadline: number) => Promise<Answered<T> | TooLate>, timeout?: number): Promise<T>
  /**
   * Asks what writes nothing, so it may come late.
   * @throws `StoreUnavailableError` when the time is over
   */
  read<T>(ask: () => Promise<Answered<T>>, timeout?: number): Promise<T>
}

/** What `createDeadlines` is given. */
export interface DeadlineOptions {
  /** The name of the store, for errors. */
  readonly store: string
  /** Milliseconds that an operation may take, all attempts included. */
  readonly timeout: number
  /** Asks the store for its time: what the first operation does first. */
  readonly askTime: () => Promise<number>
  /** Milliseconds on a clock that is never set. Default `performance.now`. For tests. */
  readonly monotonic?: (() => number) | undefined
}

const NAMES: NamesOf<DeadlineOptions> = { store: true, timeout: true, askTime: true, monotonic: true }

/**
 * Deadlines on the store's clock, so that nothing that was given up happens later: a server that hung, and then goes
 * on, refuses what came too late. For stores whose server is not in this process.
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

  /** Gives up when the time is over, and not before. `left` says how much is left, and is 0 or less from then on. */
  function within<T>(timeout: number, work: (left: () => number) => Promise<T>): Promise<T> {
    const begun = monotonic()
    const left = (): number => timeout - (monotonic() - begun)
    // By hand, not by `Promise.race`: this is around every operation.
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        // Timers count from the turn of the event loop, which may have begun long before.
        if (left() > 0) timer = setTimeout(giveUp, Math.ceil(left()))
        else reject(tooLate(`there was no answer within ${timeout} ms`))
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
          if ('answer' in result) return result.answer
        }
        throw tooLate('the operation reached it after its deadline')
      }),
    read: (ask, timeout = usual) => within(timeout, async () => (await asked(ask)).answer),
  }
}
