import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  nat,
  record,
  scheduler,
  type Scheduler,
} from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPages, type Act } from './pages.ts'

const ANY: readonly Act['type'][] = ['act', 'act', 'act', 'login', 'callback', 'focus', 'expire', 'clock']
const acts = (...more: Act['type'][]) =>
  array(record({ type: constantFrom(...ANY, ...more), who: nat(99) }), { maxLength: 25, size: 'max' })

/** Lives through the acts; which session each tab finds in the end, when the server is whole again. */
async function liveThrough(order: Scheduler, all: readonly Act[]) {
  const pages = createPages(order)
  await pages.begin()
  await pages.live(all)
  expect(pages.wrong).toEqual([])
  pages.mend()
  const found: (string | undefined)[] = []
  for (const { session } of pages.tabs) found.push((await session.check())?.sessionId)
  return { pages, found }
}

describe('three tabs of the real client, and the real server,', { timeout: 120_000 }, () => {
  it('[I-51] [I-52] act as whom they show, and stay signed in: callbacks, clocks, outages, secrets replaced', async () => {
    const property = asyncProperty(scheduler(), acts('outage', 'secret'), async (order, all) => {
      const { pages, found } = await liveThrough(order, all)
      expect(found[0]).toBeDefined()
      expect(new Set(found).size).toBe(1)
      for (const tab of pages.tabs)
        expect(await (await pages.act(tab)).text()).toBe(tab.session.current?.sessionId)
    })
    await assert(property, { numRuns: 300, seed: 20_261 })
  })

  it('[I-51] agree in the end on who is signed in, or that nobody is, also where somebody signs out', async () => {
    const property = asyncProperty(scheduler(), acts('logout', 'outage', 'secret'), async (order, all) => {
      const { pages, found } = await liveThrough(order, all)
      expect(new Set(found).size).toBe(1)
      // none is stuck: a login works, and all hear of it
      await pages.tabs[0]!.session.login({ user: 'zoe' })
      for (const { session } of pages.tabs) expect((await session.ready())?.subject).toBe('zoe')
    })
    await assert(property, { numRuns: 300, seed: 20_262 })
  })
})
