import { createDeadlines, StoreUnavailableError, type StoreReply, type TooLate } from '@countersign/stores'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const TIMEOUT = 5_000
const HOUR = 3_600_000

/** A server with a clock of its own, and this process' clock that is never set. Both stand still until moved. */
function createWorld() {
  let storeTime = 1_000_000
  let elapsed = 0
  const written: string[] = []
  const asked: number[] = []
  const deadlines = createDeadlines({
    store: 'test',
    timeout: TIMEOUT,
    monotonic: () => elapsed,
    askTime: async () => {
      asked.push(elapsed)
      return storeTime
    },
  })
  /** What the server does when an operation arrives. */
  const arrive = (what: string, deadline: number): StoreReply<string> | TooLate => {
    if (storeTime > deadline) return { now: storeTime, late: true }
    written.push(what)
    return { now: storeTime, value: what }
  }
  return {
    deadlines,
    written,
    asked,
    arrive,
    pass: (milliseconds: number) => {
      storeTime += milliseconds
      elapsed += milliseconds
    },
    setStoreClock: (by: number) => void (storeTime += by),
    storeTime: () => storeTime,
  }
}

/** Resolves when it is told to. */
function createGate<T>() {
  let open: (value: T) => void = () => undefined
  const passed = new Promise<T>((resolve) => {
    open = resolve
  })
  return { passed, open: (value: T) => open(value) }
}

/** Lets the time pass after which an operation is given up. */
async function giveUp(given: Promise<unknown>, pass: (milliseconds: number) => void): Promise<unknown> {
  const rejected = given.then(
    () => 'resolved',
    (error: unknown) => error,
  )
  // so that it is on its way
  await vi.advanceTimersByTimeAsync(0)
  pass(TIMEOUT)
  await vi.advanceTimersByTimeAsync(TIMEOUT)
  const error = await rejected
  expect(error).toBeInstanceOf(StoreUnavailableError)
  return error
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('an operation that writes', () => {
  it('asks for the time first where none was seen, and then never again', async () => {
    const { deadlines, asked, arrive, written, pass } = createWorld()
    await deadlines.write(async (deadline) => arrive('one', deadline))
    pass(HOUR)
    await deadlines.write(async (deadline) => arrive('two', deadline))
    expect([written, asked]).toEqual([['one', 'two'], [0]])
  })

  it('need not ask where a read has told the time', async () => {
    const { deadlines, asked, arrive, storeTime } = createWorld()
    expect(await deadlines.read(async () => ({ now: storeTime(), value: 'read' }))).toBe('read')
    await deadlines.write(async (deadline) => arrive('one', deadline))
    expect(asked).toEqual([])
  })

  it('has the time-out on the clock of the store, whatever the time of day is here', async () => {
    const { deadlines, arrive, pass, storeTime } = createWorld()
    const seen: number[] = []
    const write = () => deadlines.write(async (deadline) => (seen.push(deadline), arrive('', deadline)))
    await write()
    vi.setSystemTime(Date.now() - 10 * HOUR)
    pass(HOUR)
    await write()
    expect(seen[0]).toBe(storeTime() - HOUR + TIMEOUT)
    expect(seen[1]).toBeLessThan(storeTime() + TIMEOUT)
    expect(seen[1]).toBeGreaterThan(storeTime() + TIMEOUT - 2_000)
  })

  it('is made once more after this machine was suspended, which no monotonic clock counts', async () => {
    const { deadlines, arrive, written, setStoreClock } = createWorld()
    await deadlines.write(async (deadline) => arrive('before', deadline))
    setStoreClock(HOUR)
    let attempts = 0
    const result = await deadlines.write(async (deadline) => (attempts++, arrive('after', deadline)))
    expect([result, attempts, written]).toEqual(['after', 2, ['before', 'after']])
  })

  it('is unavailable where it is refused twice', async () => {
    const { deadlines, storeTime } = createWorld()
    let attempts = 0
    const late = deadlines.write(async () => (attempts++, { now: storeTime(), late: true }))
    await expect(late).rejects.toBeInstanceOf(StoreUnavailableError)
    expect(attempts).toBe(2)
  })

  it('has the right deadline again after the first answer, once the clock of the store was set back', async () => {
    const { deadlines, arrive, setStoreClock, storeTime } = createWorld()
    const seen: number[] = []
    const write = () => deadlines.write(async (deadline) => (seen.push(deadline), arrive('', deadline)))
    await write()
    setStoreClock(-HOUR)
    await write()
    await write()
    expect(seen.at(-1)).toBe(storeTime() + TIMEOUT)
  })

  it('passes errors on as they are', async () => {
    const { deadlines } = createWorld()
    const error = new Error('a mistake')
    await expect(deadlines.write(() => Promise.reject(error))).rejects.toBe(error)
  })
})

describe('an operation that the store does not answer', () => {
  it('[I-49] is given up, and refused when the store goes on', async () => {
    const { deadlines, arrive, pass, written } = createWorld()
    await deadlines.write(async (deadline) => arrive('before', deadline))
    const hung = createGate<undefined>()
    const answers: unknown[] = []
    const given = deadlines.write(async (deadline) => {
      await hung.passed
      const answer = arrive('given up', deadline)
      answers.push(answer)
      return answer
    })
    await giveUp(given, pass)
    pass(1)
    hung.open(undefined)
    await vi.runAllTimersAsync()
    expect([written, answers]).toEqual([['before'], [{ now: expect.any(Number), late: true }]])
  })

  it('is not made again after it was given up', async () => {
    const { deadlines, arrive, pass, storeTime } = createWorld()
    await deadlines.write(async (deadline) => arrive('before', deadline))
    const hung = createGate<undefined>()
    let attempts = 0
    const given = deadlines.write(async () => {
      attempts++
      await hung.passed
      return { now: storeTime(), late: true }
    })
    await giveUp(given, pass)
    hung.open(undefined)
    await vi.runAllTimersAsync()
    expect(attempts).toBe(1)
  })

  it('is given up also while the store is asked for its time, and then never sent', async () => {
    const asking = createGate<number>()
    let elapsed = 0
    const deadlines = createDeadlines({
      store: 'test',
      timeout: TIMEOUT,
      monotonic: () => elapsed,
      askTime: () => asking.passed,
    })
    let attempts = 0
    const given = deadlines.write(async () => (attempts++, { now: 0, value: 'written' }))
    await giveUp(given, (milliseconds) => void (elapsed += milliseconds))
    asking.open(0)
    await vi.runAllTimersAsync()
    expect(attempts).toBe(0)
  })

  it('is not given up before its time, though the timer comes early', async () => {
    const { deadlines, pass } = createWorld()
    const answer = createGate<StoreReply<string>>()
    const asked = deadlines.read(() => answer.passed)
    pass(TIMEOUT - 20)
    // as where the turn of the event loop was 20 ms old when the timer was set
    await vi.advanceTimersByTimeAsync(TIMEOUT)
    answer.open({ now: 1, value: 'in time' })
    expect(await asked).toBe('in time')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves less time to its second attempt', async () => {
    const { deadlines, pass, storeTime } = createWorld()
    const left: number[] = []
    const late = deadlines.write(async (deadline) => {
      left.push(deadline - storeTime())
      pass(2_000)
      return { now: storeTime(), late: true }
    })
    await expect(late).rejects.toBeInstanceOf(StoreUnavailableError)
    expect(left).toEqual([TIMEOUT, TIMEOUT - 2_000])
  })

  it('is given up where it only reads', async () => {
    const { deadlines, pass } = createWorld()
    const given = deadlines.read(() => createGate<StoreReply<string>>().passed)
    expect(await giveUp(given, pass)).toBeInstanceOf(StoreUnavailableError)
  })
})

describe('operations at once', () => {
  it('a slow answer to an earlier question does not take back the time', async () => {
    const { deadlines, arrive, pass, storeTime } = createWorld()
    const slow = createGate<StoreReply<string>>()
    const first = deadlines.read(() => slow.passed)
    const readAt = storeTime()
    pass(4_000)
    await deadlines.read(async () => ({ now: storeTime(), value: '' }))
    slow.open({ now: readAt, value: '' })
    await first
    let attempts = 0
    await deadlines.write(async (deadline) => {
      attempts++
      expect(deadline).toBe(storeTime() + TIMEOUT)
      return arrive('', deadline)
    })
    expect(attempts).toBe(1)
  })

  it('has a deadline that is early rather than late, however long ago the time was seen', async () => {
    const { deadlines, arrive, pass, setStoreClock, storeTime } = createWorld()
    await deadlines.write(async (deadline) => arrive('', deadline))
    // a store whose clock is slow, as far as NTP lets it be
    pass(HOUR)
    setStoreClock(-HOUR * 0.0005)
    const seen: number[] = []
    await deadlines.write(async (deadline) => (seen.push(deadline), arrive('', deadline)))
    expect(seen[0]).toBeLessThanOrEqual(storeTime() + TIMEOUT)
  })

  it('never have a deadline after the moment at which they are given up', async () => {
    const { deadlines, arrive, pass, storeTime } = createWorld()
    // the store read its clock at once, and the answer took a second
    const readAt = storeTime()
    pass(1_000)
    await deadlines.read(async () => ({ now: readAt, value: '' }))
    await deadlines.write(async (deadline) => {
      expect(deadline).toBeLessThanOrEqual(storeTime() + TIMEOUT)
      return arrive('', deadline)
    })
  })
})
