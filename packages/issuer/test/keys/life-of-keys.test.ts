import { createIssuer, type PublicJwkSet } from '@countersign/issuer'
import { fakeClock } from '@countersign/forge'
import { expect, it, vi } from 'vitest'
import { faultyStore, INPUT, ISSUER, kidOf, publishedBy, verifyWith, type FaultyStore } from '../support.ts'

// Much is signed here, and machines are busy.
vi.setConfig({ testTimeout: 30_000 })

const YEAR = 365 * 86_400_000
const ROTATE_EVERY = 30 * 86_400_000
const LEAD = 3_600_000
const RETENTION = (3_600 + 120) * 1_000

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The states of the stored keys, worked out here anew from their times. */
function truth(store: FaultyStore, now: number) {
  const { keys } = JSON.parse(store.get()?.content ?? '{"keys":[]}') as {
    keys: { kid: string; activeFrom: number; private?: object }[]
  }
  return keys.map((key) => {
    const end = Math.min(
      ...keys.filter((other) => other.activeFrom > key.activeFrom).map((other) => other.activeFrom),
    )
    const state =
      now < key.activeFrom ? 'next' : now < end ? 'active' : now < end + RETENTION ? 'retired' : 'removed'
    return { ...key, state }
  })
}

it.each([1, 2])(
  '[I-38] no valid token is refused, and no removed key verifies, in a year of keys (%i)',
  async (seed) => {
    const random = randomFrom(seed)
    const clock = fakeClock()
    const store = faultyStore(clock)
    const processes = [-4_000, 0, 3_000].map((skew) =>
      createIssuer({ issuer: ISSUER, store, now: () => clock.now() + skew, random }),
    )
    const started = clock.now()
    const kids = new Set<string>()
    let tokens: { token: string; kid: string; expiresAt: number }[] = []
    let copies: { set: PublicJwkSet; until: number }[] = []
    let checks = 0
    let removals = 0

    for (let now = started; now < started + YEAR; now = clock.now()) {
      const signing = new Set<string>()
      for (const process of processes.filter(() => random() < 0.7)) {
        const expiresIn = 1 + Math.floor(random() * 3_600)
        const { token, expiresAt } = await process.accessToken({ ...INPUT, expiresIn })
        tokens.push({ token, kid: kidOf(token), expiresAt })
        signing.add(kidOf(token))
      }
      // However old their copies of the ring are, all sign with the one key that is active.
      const active = truth(store, now).filter(({ state }) => state === 'active')
      expect([...signing]).toEqual(active.map(({ kid }) => kid).slice(0, signing.size))
      expect(active.length).toBe(store.get() === undefined ? 0 : 1)
      for (const kid of signing) kids.add(kid)
      for (const process of processes.filter(() => random() < 0.6)) {
        const { set, maxAge } = await publishedBy(process)
        copies.push({ set, until: now + maxAge * 1_000 })
      }

      tokens = tokens.filter(({ expiresAt }) => expiresAt > now)
      copies = copies.filter(({ until }) => until > now)
      const gone = truth(store, now).filter(({ state }) => state === 'removed')
      removals = Math.max(removals, gone.length)
      expect(gone.filter((key) => key.private !== undefined && key !== gone.at(-1))).toEqual([])
      const needed = new Set(tokens.map(({ kid }) => kid))
      for (const { set } of copies) {
        const published = new Set(set.keys.map(({ kid = '' }) => kid))
        expect([...needed].filter((kid) => !published.has(kid))).toEqual([])
        expect(gone.filter(({ kid }) => published.has(kid))).toEqual([])
        checks++
      }
      // Names are not enough: now and then, somebody verifies.
      const one = tokens[Math.floor(random() * tokens.length)]
      const copy = copies[Math.floor(random() * copies.length)]
      if (one !== undefined && copy !== undefined) await verifyWith(copy.set, one.token, now)

      // Small steps while a key comes or goes, and long ones, with days of silence, else.
      const turn = active[0]?.activeFrom ?? now
      const nearTurn = now - turn < RETENTION + 900_000 || now - turn > ROTATE_EVERY - LEAD - 900_000
      clock.advance(
        nearTurn ? 1 + random() * 150 : random() < 0.9 ? random() * 43_200 : random() * 5 * 86_400,
      )
    }
    expect(kids.size).toBeGreaterThanOrEqual(10)
    expect(removals).toBeGreaterThanOrEqual(9)
    expect(checks).toBeGreaterThan(3_000)
  },
  60_000,
)
