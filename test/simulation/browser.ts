import { createJar, type Jar } from './jar.ts'
import { createNetwork, type Weather } from './network.ts'
import type { Random } from './random.ts'
import type { Answer, Server } from './server.ts'
import type { Timeline } from './timeline.ts'

/** How a browser and its user behave. Times in milliseconds. */
export interface Habits {
  readonly tabs: number
  /** Whether one tab at a time refreshes, and tells the others when the new token ends. */
  readonly locks: boolean
  /** Tabs refresh within that time after their access token is due. Small: all of them at the same moment. */
  readonly spread: number
  /** What the wait before a repeated request is doubled from, with as much again by chance. */
  readonly retry: number
  /** Mean time between two logouts, after each of which the user signs in again. `undefined`: never. */
  readonly logoutEvery: number | undefined
  /** Mean time until the laptop sleeps for an hour by itself. `undefined`: never. */
  readonly sleepEvery: number | undefined
}

/** What is told about a browser as it happens. */
export interface Observer {
  /** The server got a refresh, and answered so. */
  readonly served: (cookies: string, answer: Answer) => void
  /** Somebody who did not sign out is signed out. */
  readonly loggedOut: () => void
  /** A logout was confirmed, of the session of these cookies. */
  readonly ended: (cookies: string) => void
}

/** A browser with a user who stays signed in. */
export interface Browser {
  readonly jar: Jar
  readonly isSignedIn: () => boolean
  readonly start: () => void
}

interface Tab {
  /** Counts up with each timer that is set, so that an older one does nothing. */
  timers: number
}

const HOUR = 3_600_000
/** How long before its end an access token is replaced, and how long people take to type a password. */
const AHEAD = 10_000
const TYPING = 5_000
const LONGEST_RETRY = 30_000

export function createBrowser(
  {
    timeline,
    random,
    server,
  }: { readonly timeline: Timeline; readonly random: Random; readonly server: Server },
  user: string,
  habits: Habits,
  weather: Weather,
  observer: Observer,
): Browser {
  const { now } = timeline
  const jar = createJar(now)
  const tabs = Array.from({ length: habits.tabs }, (): Tab => ({ timers: 0 }))
  let isSignedIn = false
  let logins = 0
  let asleepUntil = 0
  /** For tabs with locks: when the last refresh succeeded, its token's end, and who waits for the lock. */
  let renewedAt = 0
  let sharedEnd = 0
  let isLocked = false
  const waiting: (() => void)[] = []

  const fallAsleep = (): void => void (asleepUntil = now() + HOUR)
  const after = (delay: number, happen: () => Promise<void> | void): void =>
    timeline.after(delay, () => {
      if (now() >= asleepUntil) return happen()
      // Timers that were due meanwhile fire on waking.
      after(asleepUntil - now(), happen)
    })
  const network = createNetwork(timeline, random.fork(), weather, {
    isAwake: () => now() >= asleepUntil,
    fallAsleep,
    after,
  })

  const pause = (attempt: number): number =>
    Math.min(LONGEST_RETRY, habits.retry * 2 ** attempt) * random.between(1, 2)

  function signIn(attempt = 0): void {
    const cookies = jar.header()
    network.send(
      () => server.login(user, cookies),
      (answer) => {
        if (answer?.status !== 200) return after(pause(attempt), () => signIn(attempt + 1))
        jar.take(answer.setCookie)
        isSignedIn = true
        logins++
        for (const tab of tabs) plan(tab, answer.expiresAt)
      },
    )
  }

  function plan(tab: Tab, end: number | undefined): void {
    const timer = ++tab.timers
    const delay = (end ?? now()) - AHEAD - now() + random.between(0, habits.spread)
    after(delay, () => (timer === tab.timers ? renew(tab) : undefined))
  }

  function renew(tab: Tab): void {
    if (!habits.locks) return refresh(tab, 0)
    const asked = now()
    const turn = (): void => {
      if (renewedAt < asked) return refresh(tab, 0)
      plan(tab, sharedEnd)
      release()
    }
    if (isLocked) waiting.push(turn)
    else {
      isLocked = true
      turn()
    }
  }

  function release(): void {
    if (!habits.locks) return
    const next = waiting.shift()
    if (next === undefined) isLocked = false
    else next()
  }

  function refresh(tab: Tab, attempt: number): void {
    if (!isSignedIn) return release()
    const login = logins
    const cookies = jar.header()
    network.send(
      async () => {
        const answer = await server.refresh(cookies)
        if (login === logins && isSignedIn) observer.served(cookies, answer)
        return answer
      },
      (answer) => {
        if (answer !== undefined) jar.take(answer.setCookie)
        if (login !== logins || !isSignedIn) return release()
        if (answer?.status === 200) {
          renewedAt = now()
          sharedEnd = answer.expiresAt ?? now()
          plan(tab, answer.expiresAt)
          return release()
        }
        if (answer?.status !== 401) return after(pause(attempt), () => refresh(tab, attempt + 1))
        isSignedIn = false
        observer.loggedOut()
        after(TYPING, () => signIn())
        release()
      },
    )
  }

  function signOut(cookies: string, attempt = 0): void {
    network.send(
      () => server.logout(cookies),
      (answer) => {
        if (answer?.status !== 204) return after(pause(attempt), () => signOut(cookies, attempt + 1))
        observer.ended(cookies)
        jar.take(answer.setCookie)
        after(TYPING, () => signIn())
      },
    )
  }

  function planLogout(every: number): void {
    after(random.waiting(every), () => {
      if (isSignedIn) {
        isSignedIn = false
        signOut(jar.header())
      }
      planLogout(every)
    })
  }

  function planSleep(every: number): void {
    after(random.waiting(every), () => {
      fallAsleep()
      planSleep(every)
    })
  }

  return {
    jar,
    isSignedIn: () => isSignedIn,
    start() {
      signIn()
      if (habits.logoutEvery !== undefined) planLogout(habits.logoutEvery)
      if (habits.sleepEvery !== undefined) planSleep(habits.sleepEvery)
    },
  }
}
