import { array, assert, asyncProperty, boolean, constantFrom, nat, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBrowser, type Settings, type Tab } from './fake-browser.ts'
import { ORIGIN } from './fake-server.ts'

/** What happens next, in which tab: `pass` lets one of the requests, answers and messages under way go on. */
interface Step {
  readonly act:
    | 'fetch'
    | 'renew'
    | 'login'
    | 'callback'
    | 'logout'
    | 'die'
    | 'expire'
    | 'fail'
    | 'focus'
    | 'clock'
    | 'blind'
    | 'pass'
  readonly index: number
}

const lifetime = 500
const steps = (...acts: Step['act'][]) =>
  array(record({ act: constantFrom<Step['act'][]>(...acts, 'pass', 'pass'), index: nat(99) }), {
    maxLength: 25,
  })

/** The same, with more of what goes on by itself. */
const longer = (...acts: Step['act'][]) =>
  array(
    record({
      act: constantFrom<Step['act'][]>(
        ...acts,
        'fetch',
        'fetch',
        'pass',
        'pass',
        'pass',
        'pass',
        'pass',
        'pass',
      ),
      index: nat(99),
    }),
    { maxLength: 60, size: 'max' },
  )

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
  const hold = () => new Promise<void>((resolve) => underWay.push(resolve))
  browser.server.pass = hold

  function openTab(): Tab {
    const tab = browser.open()
    void tab.ready().catch(() => undefined)
    return tab
  }

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
        ignore(tab.fetch(`${ORIGIN}/api/orders`, { method: 'POST', body: 'x', headers: shownBy(tab) }))
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
      case 'callback':
        // the page goes to an identity provider and comes back, signed in as somebody; what it was is gone
        browser.server.pass = () => undefined
        await browser.callback(`user ${index}`)
        browser.server.pass = hold
        tab.die()
        tabs[tabs.indexOf(tab)] = openTab()
        break
      case 'focus':
        tab.focus()
        break
      case 'clock':
        browser.setClock((index - 50) * 60_000)
        break
      case 'blind':
        browser.server.isBlind = !browser.server.isBlind
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

/** Which session a tab shows when a request begins. */
const shownBy = ({ current }: Tab): Record<string, string> =>
  current ? { 'X-Shown': current.sessionId } : {}

/** The session whose refresh token is in the cookies. */
const sessionIn = ({ refresh }: { readonly refresh?: string | undefined }) => refresh?.split('|')[0]

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

  it('[I-51] no tab acts as a user of whom it knows, and shows another; and in the end all show who the cookies say', async () => {
    const any = longer('login', 'callback', 'expire', 'fail', 'focus', 'clock', 'blind', 'renew')
    const property = asyncProperty(any, nat(99), async (all, seed) => {
      const wrong: string[] = []
      const world = await createWorld({
        cooldown: 0,
        onAction({ shown, heard, cookies }) {
          if (shown !== null && shown !== cookies && heard === cookies) wrong.push(`${shown} as ${cookies}`)
        },
      })
      for (const step of all) await world.take(step)
      await world.drain(seed)
      expect(wrong).toEqual([])
      world.server.faults.clear()
      world.server.isBlind = false
      const checks = world.tabs.map((tab) => tab.check())
      await world.drain(seed)
      await Promise.all(checks)
      // who is signed in, and in every tab alike: nobody has asked to be signed out
      expect(world.server.isAlive(world.jar)).toBe(true)
      expect(world.tabs.map(({ current }) => current?.sessionId)).toEqual(
        world.tabs.map(() => sessionIn(world.jar)),
      )
      const answers = world.tabs.map((tab) => tab.fetch(`${ORIGIN}/api/orders`, { method: 'POST' }))
      await world.drain(seed)
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(answers.map(() => 200))
      expect(world.server.reuses).toBe(0)
    })
    await assert(property, { numRuns: 400, seed: 1 })
  })

  it('[I-51] every tab learns of every sign-in, though none is made by a session object', async () => {
    const any = longer('callback', 'expire', 'clock', 'renew')
    const property = asyncProperty(any, nat(99), async (all, seed) => {
      const world = await createWorld({ cooldown: 0 })
      for (const step of all) await world.take(step)
      await world.drain(seed)
      expect(world.tabs.map(({ current }) => current?.sessionId)).toEqual(
        world.tabs.map(() => sessionIn(world.jar)),
      )
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
