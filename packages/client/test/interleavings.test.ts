import { array, assert, asyncProperty, boolean, constantFrom, nat, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBrowser, type Settings, type Tab } from './fake-browser.ts'
import { ORIGIN } from './fake-server.ts'

/** What happens next, in which tab: `pass` lets one of the requests, answers and messages under way go on. */
interface Step {
  readonly act: 'fetch' | 'renew' | 'login' | 'logout' | 'die' | 'expire' | 'fail' | 'pass'
  readonly index: number
}

const lifetime = 500
const steps = (...acts: Step['act'][]) =>
  array(record({ act: constantFrom<Step['act'][]>(...acts, 'pass', 'pass'), index: nat(99) }), {
    maxLength: 25,
  })

/** All microtasks are done, and whatever is under way waits to pass. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** Three tabs that are signed in, and a world in which nothing arrives before a step lets it pass. */
async function createWorld(settings: Settings) {
  const underWay: (() => void)[] = []
  const messages: (() => void)[] = []
  let isHeldUp = false
  const browser = createBrowser({
    lifetime,
    ...settings,
    onMessage: (deliver) => {
      if (!isHeldUp) return deliver()
      // each may be late, and none overtakes another
      messages.push(deliver)
      underWay.push(() => messages.shift()?.())
    },
  })
  const tabs: Tab[] = await browser.signedIn(3)
  isHeldUp = true
  browser.server.pass = () => new Promise((resolve) => underWay.push(resolve))

  function pass(index: number): boolean {
    const [go] = underWay.splice(index % underWay.length, 1)
    go?.()
    return go !== undefined
  }

  /** Lets everything pass, in an order that depends on a number. */
  async function drain(seed = 0): Promise<void> {
    for (let i = seed; ; i += 7) {
      await settle()
      if (!pass(i)) return
    }
  }

  /** Takes a step. The last of the tabs never dies. */
  async function take({ act, index }: Step): Promise<void> {
    const tab = tabs[index % tabs.length]
    if (!tab) throw new Error('no tab')
    const ignore = (work: Promise<unknown>) => void work.catch(() => undefined)
    await settle()
    switch (act) {
      case 'pass':
        pass(index)
        break
      case 'fetch':
        ignore(tab.fetch(`${ORIGIN}/api/orders`, { method: 'POST', body: 'x' }))
        break
      case 'renew':
        ignore(tab.renew())
        break
      case 'login':
        ignore(tab.login({ name: 'ada', password: 'right' }))
        break
      case 'logout':
        ignore(tab.logout())
        break
      case 'expire':
        browser.advance(lifetime)
        break
      case 'die':
        if (tab !== tabs.at(-1)) {
          tabs.splice(tabs.indexOf(tab), 1)
          tab.die()
        }
        break
      case 'fail':
        browser.server.faults.set('POST /auth/refresh', () => {
          browser.server.faults.clear()
          return new Response('', { status: 503 })
        })
        break
    }
  }

  return { ...browser, tabs, take, drain }
}

describe('in any order of requests, answers and messages', { timeout: 60_000 }, () => {
  it('a logout wins: the session is over, and every tab knows', async () => {
    const before = steps('fetch', 'renew', 'expire', 'fail')
    const property = asyncProperty(before, before, nat(2), boolean(), async (first, then, leaving, locks) => {
      const world = await createWorld({ locks })
      for (const step of first) await world.take(step)
      const left = world.tabs[leaving]?.logout()
      for (const step of then) await world.take(step)
      await world.drain(first.length)
      await left
      expect(world.tabs.map(({ status }) => status)).toEqual(['signed-out', 'signed-out', 'signed-out'])
      expect(world.server.isAlive(world.jar)).toBe(false)
      // without locks, a refresh that heard of the logout too late leaves tokens of the ended session
      expect(locks && world.jar.refresh).toBeFalsy()
    })
    await assert(property, { numRuns: 300, seed: 1 })
  })

  it('one refresh is under way at a time, and every tab ends up with the session of the cookies', async () => {
    const any = steps('fetch', 'renew', 'login', 'logout', 'die', 'expire', 'fail')
    const property = asyncProperty(any, nat(99), async (all, seed) => {
      // no cooldown: only the lock keeps one token from being used twice
      const world = await createWorld({ cooldown: 0 })
      for (const step of all) await world.take(step)
      await world.drain(seed)
      world.server.faults.clear()
      const renewed = world.tabs.map((tab) => tab.renew())
      await world.drain(seed)
      await Promise.all(renewed)
      expect(world.server.mostRefreshes).toBeLessThanOrEqual(1)
      expect(world.server.reuses).toBe(0)
      const cookies = world.jar.refresh?.split('|')[0]
      for (const { current } of world.tabs) expect(current?.sessionId).toBe(cookies)
    })
    await assert(property, { numRuns: 300, seed: 1 })
  })

  it('nobody is signed out who did not ask for it, even without locks', async () => {
    const any = steps('fetch', 'renew', 'expire', 'fail')
    const property = asyncProperty(any, nat(99), boolean(), async (all, seed, locks) => {
      const world = await createWorld({ locks, channels: locks })
      for (const step of all) await world.take(step)
      await world.drain(seed)
      expect(world.server.reuses).toBe(0)
      expect(world.tabs.map(({ status }) => status)).toEqual(['signed-in', 'signed-in', 'signed-in'])
    })
    await assert(property, { numRuns: 200, seed: 1 })
  })
})
