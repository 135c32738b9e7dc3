import { describe, expect, it } from 'vitest'
import { read } from '../docs/repository.ts'
import { DESIGN_NAMES, type Design } from './designs.ts'
import { runHonest, sessionOf, type HonestResult } from './honest.ts'
import { createJar } from './jar.ts'
import { generationCells, honestCells, measure, theftCells, toRow } from './report.ts'
import { MAIN, SCENARIOS } from './scenarios.ts'
import { runThefts, THEFT_NAMES, THEFTS } from './thief.ts'

const OURS = ['grace', 'untilUsed', 'strict'] as const satisfies readonly Design[]
const SLOW = 60_000

describe('3 tabs without locks, 1 % of answers lost, 10 000 refreshes', () => {
  const run = (design: Design): Promise<HonestResult> => measure(design, MAIN)

  it.each(['grace', 'untilUsed'] as const)(
    '[I-4] [I-8] mode %s logs nobody out, and makes about one generation for each round of the tabs',
    async (design) => {
      const { refreshes, falseLogouts, generations } = await run(design)
      expect({ refreshes, falseLogouts }).toEqual({ refreshes: 10_000, falseLogouts: 0 })
      expect(generations).toBeLessThan(5_000)
    },
    SLOW,
  )

  it.each(['strict', 'once-only', 'new each time, one line'] as const)(
    '%s does log people out: the world is one in which that happens',
    async (design) => {
      const { refreshes, falseLogouts } = await run(design)
      expect((falseLogouts * 1_000) / refreshes).toBeGreaterThan(20)
    },
    SLOW,
  )
})

describe('a thief', () => {
  it.each(OURS)(
    '[I-1] [I-2] outside the window ends the session by his first use in mode %s, and no other',
    async (design) => {
      for (const name of ['an hour later, once', 'an hour later, then every 5 minutes'] as const) {
        const { thefts, caught, longest, loot, bystanders, resurrections } = await runThefts(
          design,
          THEFTS[name],
          { thefts: 5 },
        )
        expect({ caught, longest, loot, bystanders, resurrections }).toEqual({
          caught: thefts,
          longest: 0,
          loot: 0,
          bystanders: 0,
          resurrections: 0,
        })
      }
    },
    SLOW,
  )

  it.each(['grace', 'strict'] as const)(
    '[I-2] who was quicker than the owner is seen within two rounds in mode %s',
    async (design) => {
      const { thefts, caught, longest, bystanders } = await runThefts(
        design,
        THEFTS['at once, then every 20 seconds'],
        { thefts: 5 },
      )
      expect({ caught, bystanders }).toEqual({ caught: thefts, bystanders: 0 })
      expect(longest).toBeLessThan(600_000)
    },
    SLOW,
  )

  it('who keeps pace is not seen by grace, and is by strict: what the page says of the price', async () => {
    const keepingPace = THEFTS['keeping pace, 10 seconds behind the owner']
    expect((await runThefts('grace', keepingPace, { thefts: 1 })).caught).toBe(0)
    expect((await runThefts('strict', keepingPace, { thefts: 1 })).caught).toBe(1)
  })
})

describe('a logout', () => {
  const scenario = SCENARIOS['the same without sleep, and a logout every 2 hours']

  it.each(OURS)(
    '[I-17] [I-18] is never undone in mode %s, by whatever is repeated or late',
    async (design) => {
      const often = { ...scenario, logoutEvery: 600_000 }
      const { logouts, resurrections } = await runHonest(design, often, { refreshes: 2_000 })
      expect(logouts).toBeGreaterThan(200)
      expect(resurrections).toBe(0)
    },
    SLOW,
  )
})

describe('the simulation', () => {
  it('gives the same for the same seed, and something else for another', async () => {
    const run = (seed: number): Promise<HonestResult> =>
      runHonest('grace', SCENARIOS[MAIN], { refreshes: 500, seed })
    expect(await run(7)).toEqual(await run(7))
    expect(await run(8)).not.toEqual(await run(7))
  })

  it('has a jar that goes back with an answer that was late, and forgets what is cleared or over', () => {
    let time = 0
    const jar = createJar(() => time)
    jar.take(['a=2; Max-Age=10; Path=/'])
    jar.take(['a=1; Max-Age=10; Path=/', 'b=1; Max-Age=5'])
    expect(jar.header()).toBe('a=1; b=1')
    time = 5_000
    expect(jar.header()).toBe('a=1')
    jar.take(['a=; Max-Age=0; Path=/'])
    expect(jar.header()).toBe('')
  })

  it('knows the session of a token of ours and of a model', () => {
    const payload = Buffer.from(JSON.stringify({ sid: 'tag.id' })).toString('base64url')
    expect(sessionOf(`head.${payload}.mac`)).toBe('tag.id')
    expect(sessionOf('family-1.7')).toBe('family-1')
  })
})

describe('docs/sessions-simulation.md', () => {
  const page = read('docs/sessions-simulation.md').replaceAll(/ {2,}/g, ' ')
  const ROW = 'if not, run `node --conditions=@countersign/source test/simulation/report.ts`'

  it(
    `has the row of the promise as it comes out; ${ROW}`,
    async () => {
      expect(page).toContain(toRow(MAIN, await honestCells(MAIN)))
      expect(page).toContain(toRow(MAIN, await generationCells(MAIN)))
    },
    SLOW,
  )

  it(
    `has a row of thieves as it comes out; ${ROW}`,
    async () => {
      const name = 'at once, then every 20 seconds'
      expect(page).toContain(toRow(name, await theftCells(name)))
    },
    SLOW,
  )

  it('has all scenarios, thefts and designs', () => {
    for (const name of [...Object.keys(SCENARIOS), ...THEFT_NAMES]) expect(page).toContain(`\n| ${name} |`)
    expect(page).toContain(`| ${DESIGN_NAMES.join(' | ')} |`)
  })
})
