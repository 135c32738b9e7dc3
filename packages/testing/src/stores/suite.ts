import { assertNames, type NamesOf } from '@countersign/core/toolkit'
import type { Store } from '@countersign/stores'
import { changeCases } from './cases/changes.ts'
import { endingCases } from './cases/ending.ts'
import { epochCases } from './cases/epochs.ts'
import { housekeepingCases } from './cases/housekeeping.ts'
import { keyRingCases } from './cases/key-ring.ts'
import { limitCases } from './cases/limits.ts'
import { listingCases } from './cases/listing.ts'
import { logEntryCases } from './cases/log-entries.ts'
import { logReadingCases } from './cases/log-reading.ts'
import { modelCases } from './cases/model.ts'
import { oneTimeCases } from './cases/one-time.ts'
import { parallelCases } from './cases/parallel.ts'
import { rotationCases } from './cases/rotation.ts'
import { rotationModeCases } from './cases/rotation-modes.ts'
import { signingInCases } from './cases/signing-in.ts'
import { stallingCases, type StallingStore } from './cases/stalling.ts'
import { textCases } from './cases/texts.ts'
import { createSuiteClock, type BenchCase } from './bench.ts'

/** How the suite gets a store. */
export interface StoreSuiteOptions {
  /** Creates a fresh, empty store after `init()`, with the given clock. */
  readonly create: (options: { readonly now: () => number }) => Promise<Store>
  /**
   * Opens another handle on the same data with a connection of its own, as another process would. Default: cases that
   * use several handles use the one store.
   */
  readonly reopen?: ((store: Store, options: { readonly now: () => number }) => Promise<Store>) | undefined
  /** Called for each handle after a case. The created store comes last. */
  readonly close?: ((store: Store) => Promise<void> | void) | undefined
  /** Whether the server itself deletes old rows, so that `prune` has nothing to do. Default false. */
  readonly expiresByItself?: boolean | undefined
  /** Whether the store has `watchRevocations`. Default false. */
  readonly watches?: boolean | undefined
  /**
   * Creates a store that can be made to hang, for the cases about operations that were given up. These use a real
   * clock, and take about a second each. Default: none, which is correct only for a store that cannot hang, such as one
   * in memory.
   */
  readonly stalling?: (() => Promise<StallingStore>) | undefined
}

const OPTION_NAMES: NamesOf<StoreSuiteOptions> = {
  create: true,
  reopen: true,
  close: true,
  expiresByItself: true,
  watches: true,
  stalling: true,
}

/** A case of the suite, for any test runner. */
export interface StoreCase {
  /** What the case proves, with the ids of the requirements. */
  readonly name: string
  /** Rejects if the case fails. */
  readonly run: () => Promise<void>
}

const CASES: readonly BenchCase[] = [
  ...rotationCases,
  ...rotationModeCases,
  ...endingCases,
  ...epochCases,
  ...limitCases,
  ...listingCases,
  ...changeCases,
  ...signingInCases,
  ...logEntryCases,
  ...logReadingCases,
  ...parallelCases,
  ...oneTimeCases,
  ...keyRingCases,
  ...housekeepingCases,
  ...textCases,
  ...modelCases,
]

/**
 * The suite that every store must pass, as cases for Vitest, Jest or `node:test`. Each case creates its own store.
 * Deterministic: the clock is injected and nothing waits for time, except in the cases of `stalling`.
 *
 * @throws `OptionError` if an option does not exist
 * @example
 * ```ts
 * const cases = storeSuite({ create: async ({ now }) => memoryStore({ now }) })
 * for (const { name, run } of cases) test(name, run)
 * ```
 */
export function storeSuite(options: StoreSuiteOptions): readonly StoreCase[] {
  assertNames<StoreSuiteOptions>(options, OPTION_NAMES, 'options')
  const { stalling } = options
  const cases = CASES.map(({ name, run }) => Object.freeze({ name, run: () => runCase(options, run) }))
  if (stalling === undefined) return Object.freeze(cases)
  const more = stallingCases.map(({ name, run }) =>
    Object.freeze({ name, run: () => runStallingCase(stalling, run) }),
  )
  return Object.freeze([...cases, ...more])
}

async function runStallingCase(
  stalling: () => Promise<StallingStore>,
  run: (stalling: StallingStore) => Promise<void>,
): Promise<void> {
  const opened = await stalling()
  try {
    await run(opened)
  } finally {
    await opened.close()
  }
}

async function runCase(options: StoreSuiteOptions, run: BenchCase['run']): Promise<void> {
  const { create, reopen, close, expiresByItself = false, watches = false } = options
  const clock = createSuiteClock()
  const { now } = clock
  const store = await create({ now })
  const opened: Store[] = [store]
  const handles = async (count: number): Promise<readonly Store[]> => {
    if (reopen !== undefined) while (opened.length < count) opened.push(await reopen(store, { now }))
    return Array.from({ length: count }, (_, index) => opened[index] ?? store)
  }
  try {
    await run({ store, clock, expiresByItself, watches, handles })
  } finally {
    for (const handle of opened.toReversed()) await close?.(handle)
  }
}
