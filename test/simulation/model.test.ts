import { decideRotation, type RotationMode } from '@countersign/stores'
import {
  type Arbitrary,
  array,
  asyncProperty,
  check,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  record,
  scheduler,
} from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Faults, RotationRule } from './faulty-store.ts'
import { INVARIANTS } from './model.ts'
import { LIMITS, REFUSED, runModel, type Act, type Round, type RunOptions } from './model-run.ts'

const MODES: readonly RotationMode[] = ['grace', 'untilUsed', 'strict']
const { grace, cooldown, idle } = LIMITS
const STRIDES = [
  0,
  1_000,
  grace - 1,
  grace,
  grace + 1,
  cooldown - 1,
  cooldown,
  100_000,
  idle - 1,
  idle,
] as const
const SLOW = 60_000

const who = constantFrom(0, 1, 2)
const act: Arbitrary<Act> = oneof(
  { weight: 10, arbitrary: record({ type: constant('refresh' as const), who }) },
  { weight: 5, arbitrary: record({ type: constant('steal' as const), who, back: nat(4) }) },
  {
    weight: 2,
    arbitrary: record({ type: constantFrom('login', 'logout', 'endAll', 'endOthers'), who }),
  },
  { weight: 1, arbitrary: constant<Act>({ type: 'newSecret' }) },
)
const crash = constantFrom(undefined, undefined, undefined, 'before' as const, 'after' as const)
const rounds: Arbitrary<Round[]> = array(
  record({
    advance: constantFrom(...STRIDES),
    acts: array(act, { minLength: 1, maxLength: 4 }),
    crash,
  }),
  { minLength: 1, maxLength: 14 },
)

/** One browser and nobody else. What failed is repeated within the window, if the mode has one, and does not fail twice. */
function honestRounds(mode: RotationMode): Arbitrary<Round[]> {
  const tabs = mode === 'strict' ? 1 : 4
  const refresh: Act = { type: 'refresh', who: 0 }
  const one = record({
    advance: constantFrom(...STRIDES.filter((stride) => stride < idle / 3)),
    count: integer({ min: 1, max: tabs }),
    crash: mode === 'strict' ? constant(undefined) : crash,
  })
  return array(one, { minLength: 1, maxLength: 12 }).map((list) => {
    let total = 0
    let failed = false
    return list.flatMap(({ advance: wished, count, crash: drawn }): Round[] => {
      const advance = failed && mode === 'grace' ? Math.min(wished, grace) : wished
      const fault = failed ? undefined : drawn
      failed = fault !== undefined
      total += advance
      if (total >= LIMITS.absolute) return []
      return [{ advance, acts: Array.from({ length: count }, () => refresh), crash: fault }]
    })
  })
}

/** The first failure, shrunk, or `undefined`. The same runs each time. */
async function failureOf(options: RunOptions, walks = rounds, numRuns = 150): Promise<string | undefined> {
  const property = asyncProperty(scheduler(), walks, async (order, walk) => runModel(order, walk, options))
  const { failed, errorInstance } = await check(property, { seed: 20_261, numRuns, endOnFailure: true })
  if (!failed) return undefined
  return errorInstance instanceof Error ? errorInstance.message : 'failed'
}

describe.each(MODES)('in mode %s', (mode) => {
  it(
    '[I-2] [I-10] all invariants hold, whoever does what in whatever order, crashes included',
    async () => {
      expect(await failureOf({ mode })).toBeUndefined()
      // the store that is broken below, while it is whole
      expect(await failureOf({ mode, faults: {} })).toBeUndefined()
    },
    SLOW,
  )

  it(
    '[I-4] one honest browser, whose retries come within the window, is never refused',
    async () => {
      expect(await failureOf({ mode, isHonest: true }, honestRounds(mode))).toBeUndefined()
    },
    SLOW,
  )
})

/** A copy of the rule with other conditions or another result. */
const broken = (change: (...args: Parameters<RotationRule>) => ReturnType<RotationRule>): Faults => ({
  rule: change,
})

const BROKEN: readonly (readonly [string, keyof typeof INVARIANTS, Faults])[] = [
  [
    'a repetition makes a new generation',
    'oneGeneration',
    broken((input, inside) => {
      const decision = decideRotation(input, inside)
      if (decision.outcome !== 'replayed') return decision
      return { outcome: 'rotated', changes: { gen: inside.row!.gen + 1, rotatedAt: inside.now, used: false } }
    }),
  ],
  [
    'a rotation takes two steps',
    'oneGeneration',
    broken((input, inside) => {
      const decision = decideRotation(input, inside)
      return decision.outcome === 'rotated'
        ? { ...decision, changes: { ...decision.changes, gen: input.gen + 2 } }
        : decision
    }),
  ],
  [
    'tombstones are not looked at',
    'ended',
    broken((input, { row, ...rest }) =>
      decideRotation(input, { ...rest, row: row && { ...row, revokedAt: undefined } }),
    ),
  ],
  [
    'epochs are not looked at',
    'ended',
    broken((input, inside) => decideRotation(input, { ...inside, epoch: 0 })),
  ],
  ['a logout is confirmed and not written', 'ended', { losesLogouts: true }],
  [
    'the absolute end moves with each rotation',
    'lifetime',
    broken((input, inside) => {
      const { outcome, changes } = decideRotation(input, inside)
      if (outcome !== 'rotated') return { outcome, changes }
      return { outcome, changes: { ...changes, absoluteExpiresAt: inside.now + LIMITS.absolute } }
    }),
  ],
  [
    'the idle end is not looked at',
    'lifetime',
    broken((input, { row, ...rest }) =>
      decideRotation(input, { ...rest, row: row && { ...row, idleExpiresAt: row.absoluteExpiresAt } }),
    ),
  ],
  [
    'grace is half as long',
    'noFalseTheft',
    broken((input, inside) => decideRotation({ ...input, grace: input.grace / 2 }, inside)),
  ],
  [
    'an expired session is theft',
    'noFalseTheft',
    broken((input, inside) => {
      const decision = decideRotation(input, inside)
      return decision.outcome === 'expired'
        ? { outcome: 'reused', changes: { revokedAt: inside.now, reason: 'reuse' } }
        : decision
    }),
  ],
  [
    'grace is a millisecond longer',
    'theft',
    broken((input, inside) => decideRotation({ ...input, grace: input.grace + 1 }, inside)),
  ],
  [
    'repetitions stretch the window',
    'theft',
    broken((input, inside) => {
      const decision = decideRotation(input, inside)
      return decision.outcome === 'replayed' ? { ...decision, changes: { rotatedAt: inside.now } } : decision
    }),
  ],
  [
    'ancestors pass as parents',
    'theft',
    broken((input, inside) => {
      const parent = (inside.row?.gen ?? 0) - 1
      return decideRotation({ ...input, gen: input.gen < parent ? parent : input.gen }, inside)
    }),
  ],
  [
    'theft is said and not written',
    'theft',
    broken((input, inside) => {
      const decision = decideRotation(input, inside)
      return decision.outcome === 'reused' ? { ...decision, changes: {} } : decision
    }),
  ],
  ['theft ends all sessions of the user', 'theft', { reuseEnds: 'all' }],
]

describe('the model sees it where', () => {
  it.each(BROKEN)(
    '%s: %s fails',
    async (_, name, faults) => {
      const failure = await failureOf({ mode: 'grace', faults }, rounds, 2_000)
      expect(failure).toContain(`${INVARIANTS[name]}:`)
    },
    SLOW,
  )

  it(
    'the window ends when a successor was used: in untilUsed, "used" is forgotten',
    async () => {
      const faults = broken((input, { row, ...rest }) =>
        decideRotation(input, { ...rest, row: row && { ...row, used: false } }),
      )
      const failure = await failureOf({ mode: 'untilUsed', faults }, rounds, 2_000)
      expect(failure).toContain(`${INVARIANTS.theft}:`)
    },
    SLOW,
  )

  it(
    'an honest browser is refused: without a cooldown, tabs that are behind lose',
    async () => {
      const faults = broken((input, inside) =>
        decideRotation({ ...input, cooldown: 0, grace: 0, mode: 'strict' }, inside),
      )
      const failure = await failureOf({ mode: 'grace', faults, isHonest: true }, honestRounds('grace'), 2_000)
      expect(failure).toContain(REFUSED)
    },
    SLOW,
  )
})
