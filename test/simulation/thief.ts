import { createBrowser } from './browser.ts'
import { DESIGNS, type Design } from './designs.ts'
import { CALM, sessionOf } from './honest.ts'
import { createRandom } from './random.ts'
import { refreshTokenOf } from './server.ts'
import { createTimeline } from './timeline.ts'

/** How a thief uses the cookies that he copied once. Times in milliseconds. */
export interface Theft {
  /** From the copy to the first use. `pace`: a few seconds after each refresh of the owner, and only then. */
  readonly first: number | 'pace'
  /** From one use to the next. `once`: never again. */
  readonly again: number | 'once'
}

/** The habits of thieves that are compared. */
export const THEFTS = {
  'an hour later, once': { first: 3_600_000, again: 'once' },
  'an hour later, then every 5 minutes': { first: 3_600_000, again: 300_000 },
  'at once, then every 5 minutes': { first: 1_000, again: 300_000 },
  'at once, then every 20 seconds': { first: 1_000, again: 20_000 },
  'keeping pace, 10 seconds behind the owner': { first: 'pace', again: 'once' },
  'at once, and never again': { first: 1_000, again: 'once' },
} as const satisfies Record<string, Theft>

/** The name of a theft. */
export type TheftName = keyof typeof THEFTS

export const THEFT_NAMES: readonly TheftName[] = Object.freeze([
  'an hour later, once',
  'an hour later, then every 5 minutes',
  'at once, then every 5 minutes',
  'at once, then every 20 seconds',
  'keeping pace, 10 seconds behind the owner',
  'at once, and never again',
])

/** What came of thefts. */
export interface TheftResult {
  readonly thefts: number
  /** Sessions that ended because of the theft, within the time that was watched. */
  readonly caught: number
  /** From the thief's first use to that end, in milliseconds: of those that were caught, the median and the longest. */
  readonly median: number | undefined
  readonly longest: number | undefined
  /** How often the thief got tokens, at most. */
  readonly loot: number
  /** Sessions of the same users on other devices that ended too. */
  readonly bystanders: number
  /** Answers with tokens to anybody after the session had ended. */
  readonly resurrections: number
}

/** How long is watched, in milliseconds: 144 lives of an access token. */
const WATCH = 12 * 3_600_000
const PACE = 10_000

/** A user with two devices, one tab each and a network without faults, so that every end is of the thief's making. */
async function steal(design: Design, { first, again }: Theft, seed: number) {
  const timeline = createTimeline()
  const { now, after } = timeline
  const random = createRandom(seed)
  const server = DESIGNS[design]({ now, bytes: random.fork().bytes, below: random.fork().below, replicas: 2 })
  const found = { usedAt: 0, endedAt: 0, loot: 0, bystanders: 0, resurrections: 0 }
  let stolen = ''
  let keepPace = (): void => undefined

  /** Told of every refresh of the session that was stolen from. */
  function noted(cookies: string, status: number): void {
    if (stolen === '' || sessionOf(refreshTokenOf(cookies) ?? '') !== stolen) return
    if (status === 401) found.endedAt ||= now()
    else if (found.endedAt > 0) found.resurrections++
  }

  const start = (isVictim: boolean) => {
    const browser = createBrowser({ timeline, random: random.fork(), server }, 'alice', CALM, CALM, {
      served(cookies, { status }) {
        noted(cookies, status)
        if (isVictim && status === 200) keepPace()
        if (!isVictim && status !== 200) found.bystanders++
      },
      loggedOut: () => undefined,
      ended: () => undefined,
    })
    after(random.between(0, 300_000), browser.start)
    return browser
  }
  const victim = start(true)
  start(false)

  after(random.between(600_000, 3_600_000), () => {
    const jar = victim.jar.copy()
    stolen = sessionOf(refreshTokenOf(jar.header()) ?? '')
    const use = async (): Promise<void> => {
      if (found.endedAt > 0) return
      found.usedAt ||= now()
      const cookies = jar.header()
      const answer = await server.refresh(cookies)
      noted(cookies, answer.status)
      if (answer.status === 200) found.loot++
      jar.take(answer.setCookie)
      if (typeof again === 'number') after(again, use)
    }
    if (first === 'pace') keepPace = () => after(PACE, use)
    else after(first, use)
  })
  after(WATCH, () => undefined)
  await timeline.run(
    () => now() - (found.usedAt || now()) > WATCH || (found.endedAt > 0 && now() - found.endedAt > 900_000),
  )
  return found
}

/** So many thefts, each in a world of its own. The same seed gives the same runs. */
export async function runThefts(
  design: Design,
  theft: Theft,
  { thefts, seed = 1 }: { readonly thefts: number; readonly seed?: number },
): Promise<TheftResult> {
  const found: Awaited<ReturnType<typeof steal>>[] = []
  for (let index = 0; index < thefts; index++) found.push(await steal(design, theft, seed * 1_000 + index))
  const times = found.flatMap(({ usedAt, endedAt }) => (endedAt > 0 ? [endedAt - usedAt] : []))
  times.sort((a, b) => a - b)
  const sum = (of: (one: (typeof found)[number]) => number): number =>
    found.reduce((all, one) => all + of(one), 0)
  return {
    thefts,
    caught: times.length,
    median: times[times.length >> 1],
    longest: times.at(-1),
    loot: Math.max(...found.map(({ loot }) => loot)),
    bystanders: sum((one) => one.bystanders),
    resurrections: sum((one) => one.resurrections),
  }
}
