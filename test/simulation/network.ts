import type { Random } from './random.ts'
import type { Answer } from './server.ts'
import type { Timeline } from './timeline.ts'

/** How often what goes wrong on the way. Shares from 0 to 1. */
export interface Weather {
  /** Requests that never arrive. */
  readonly lostRequests: number
  /** Answers that never arrive, after the server did its work. */
  readonly lostAnswers: number
  /** Requests and answers that take seconds longer than others. */
  readonly late: number
  /** Of the lost answers: those that are lost because the laptop falls asleep at that moment, for an hour. */
  readonly asleep: number
}

/** Milliseconds after which a browser gives up on a request, and drops what comes later. */
const TIMEOUT = 10_000
/** Milliseconds that something late takes longer, at most: a request may arrive when its sender has given up. */
const LATEST = 12_000

/** Where the requests of one browser go through. */
export interface Network {
  /**
   * Sends a request. `receive` is told the answer when it arrives, or `undefined` once the browser gives up.
   * @param serve what the server does when the request arrives
   */
  readonly send: (
    serve: () => Promise<Answer>,
    receive: (answer: Answer | undefined) => Promise<void> | void,
  ) => void
}

/** What the network does to its browser. */
interface Ends {
  /** Whether anything can reach it now. */
  readonly isAwake: () => boolean
  readonly fallAsleep: () => void
  /** Does something later, but not while the browser sleeps. */
  readonly after: (delay: number, happen: () => Promise<void> | void) => void
}

export function createNetwork(timeline: Timeline, random: Random, weather: Weather, ends: Ends): Network {
  const delay = (): number =>
    random.between(20, 120) + (random.chance(weather.late) ? random.between(1_000, LATEST) : 0)
  return {
    send(serve, receive) {
      let isSettled = false
      const settle = async (answer: Answer | undefined): Promise<void> => {
        if (isSettled) return
        isSettled = true
        await receive(answer)
      }
      ends.after(TIMEOUT, () => settle(undefined))
      if (random.chance(weather.lostRequests)) return
      timeline.after(delay(), async () => {
        const answer = await serve()
        if (random.chance(weather.lostAnswers)) {
          if (random.chance(weather.asleep)) ends.fallAsleep()
          return
        }
        // An answer to a laptop that sleeps finds nobody: the connection is gone when it wakes.
        timeline.after(delay(), () => (ends.isAwake() ? settle(answer) : undefined))
      })
    },
  }
}
