import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'
import { createSessionEnds, type Ended } from '../../src/service/session-ends.ts'
import { createLiveness, type LivenessSource } from '../../src/liveness/liveness.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Ends that say how many listen. */
function countedEnds() {
  const ends = createSessionEnds()
  let count = 0
  const subscribe = (listener: (ended: Ended) => void): (() => void) => {
    count++
    const unsubscribe = ends.subscribe(listener)
    return () => {
      count--
      unsubscribe()
    }
  }
  return { ends: { ...ends, subscribe }, count: () => count }
}

const sourceOf = (ends: LivenessSource['ends']): LivenessSource => ({
  store: { checkSession: () => Promise.reject(new Error('not asked here')) },
  issuer: 'https://app.test',
  tagsOf: () => ['t'.repeat(22)],
  now: Date.now,
  ends,
})

it('a check that nothing holds any more stops listening; one that is held goes on', async () => {
  const { ends, count } = countedEnds()
  const held = createLiveness(sourceOf(ends))
  for (let i = 0; i < 20; i++) createLiveness(sourceOf(ends))
  expect(count()).toBe(21)
  await vi.waitFor(
    () => {
      collect()
      ends.announce('all')
      expect(count()).toBe(1)
    },
    { timeout: 20_000 },
  )
  const sid = `${'t'.repeat(22)}.${'s'.repeat(22)}`
  ends.announce({ sid })
  const query = { issuer: 'https://app.test', subject: 'a', sessionId: sid } as never
  expect(await held(query)).toBe(true)
})

it('a listener hears of ends until it unsubscribes, also where the same function listens twice', () => {
  const ends = createSessionEnds()
  const heard: Ended[] = []
  const listener = (ended: Ended): void => void heard.push(ended)
  const stop = ends.subscribe(listener)
  ends.subscribe(listener)
  ends.announce({ sid: 'a' })
  stop()
  stop()
  ends.announce({ tag: 'b' })
  expect(heard).toEqual([{ sid: 'a' }, { sid: 'a' }, { tag: 'b' }])
})
