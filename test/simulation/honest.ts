import { createBrowser, type Habits } from './browser.ts'
import { DESIGNS, type Design } from './designs.ts'
import type { Weather } from './network.ts'
import { createRandom } from './random.ts'
import { refreshTokenIn, refreshTokenOf } from './server.ts'
import { createTimeline } from './timeline.ts'

/** A world without thieves. */
export interface Scenario extends Habits, Weather {
  /** Processes of the server, whose clocks differ. */
  readonly replicas: number
}

/** What came of a run. */
export interface HonestResult {
  /** Refreshes that reached the server. */
  readonly refreshes: number
  readonly falseLogouts: number
  /** Refresh tokens that were made by refreshes. */
  readonly generations: number
  readonly logouts: number
  /** Answers with tokens, or access, to a session after its logout had been confirmed. */
  readonly resurrections: number
}

/** One tab, and nothing goes wrong. */
export const CALM: Scenario = {
  tabs: 1,
  locks: false,
  spread: 300,
  retry: 1_000,
  logoutEvery: undefined,
  sleepEvery: undefined,
  lostRequests: 0,
  lostAnswers: 0,
  late: 0,
  asleep: 0,
  replicas: 1,
}

const BROWSERS = 20

/** Lets browsers run until so many refreshes have reached the server. The same seed gives the same run. */
export async function runHonest(
  design: Design,
  scenario: Scenario,
  { refreshes, seed = 1 }: { readonly refreshes: number; readonly seed?: number },
): Promise<HonestResult> {
  const timeline = createTimeline()
  const random = createRandom(seed)
  const { bytes } = random.fork()
  const { below } = random.fork()
  const server = DESIGNS[design]({ now: timeline.now, bytes, below, replicas: scenario.replicas })
  const count = { refreshes: 0, falseLogouts: 0, logouts: 0, resurrections: 0 }
  const generations = new Set<string>()
  const over = new Set<string>()

  /** What somebody kept of a session that is over. Another process may believe for a second that it lives. */
  async function haunt(cookies: string): Promise<void> {
    for (const ask of [server.check, server.refresh]) {
      if ((await ask(cookies)).status === 200) count.resurrections++
    }
  }

  for (let index = 0; index < BROWSERS; index++) {
    const own = random.fork()
    const browser = createBrowser({ timeline, random: own, server }, `user-${index}`, scenario, scenario, {
      served(cookies, answer) {
        count.refreshes++
        const token = refreshTokenIn(answer)
        if (answer.status !== 200 || token === undefined) return
        if (token !== refreshTokenOf(cookies)) generations.add(token)
        if (over.has(sessionOf(token))) count.resurrections++
      },
      loggedOut: () => void count.falseLogouts++,
      ended(cookies) {
        count.logouts++
        over.add(sessionOf(refreshTokenOf(cookies) ?? ''))
        for (const later of [2_000, 60_000]) {
          timeline.after(later, () => haunt(cookies))
          // What an answer that was on its way left behind, unless the user has signed in since.
          timeline.after(later, () => (browser.isSignedIn() ? undefined : haunt(browser.jar.header())))
        }
      },
    })
    timeline.after(own.between(0, 300_000), browser.start)
  }
  await timeline.run(() => count.refreshes >= refreshes)
  return { ...count, generations: generations.size }
}

/** What all refresh tokens of a session have in common. */
export function sessionOf(token: string): string {
  const [head = '', payload, mac] = token.split('.')
  if (payload === undefined || mac === undefined) return head
  return String(Object(JSON.parse(Buffer.from(payload, 'base64url').toString()))['sid'])
}
