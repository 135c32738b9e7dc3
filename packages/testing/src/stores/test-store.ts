import { assertNames } from '@countersign/core/toolkit'
import { memoryStore, type Store } from '@countersign/stores'
import { createFaults, type CommitSide, type StoreFaults, type StoreMethod } from './faults.ts'

/** Options of `createTestStore`. */
export interface TestStoreOptions {
  /** The store that is wrapped. Default: a `memoryStore` on `now`. */
  readonly store?: Store | undefined
  /** The clock of the default store, in milliseconds since the epoch. Default: the time of day. */
  readonly now?: (() => number) | undefined
  /**
   * Awaited on the way to the store and on the way back, so a test decides what time a call takes: with a fake clock,
   * none. Default: no latency.
   */
  readonly latency?: ((method: StoreMethod, side: CommitSide) => Promise<void> | void) | undefined
}

/** A store, and what a test does to it. */
export interface TestStore extends StoreFaults {
  /** What is handed to the code under test. */
  readonly store: Store
  /** How often a method was called. */
  readonly calls: (method: StoreMethod) => number
}

const METHODS: Readonly<Record<StoreMethod, true>> = {
  init: true,
  now: true,
  createSession: true,
  findSession: true,
  rotate: true,
  changeSession: true,
  endSession: true,
  raiseEpoch: true,
  eraseSubject: true,
  listSessions: true,
  sessionsOf: true,
  endProviderSessions: true,
  checkSession: true,
  recoverSessions: true,
  prune: true,
  appendRevocations: true,
  readRevocations: true,
  useOnce: true,
  readKeyRing: true,
  writeKeyRing: true,
}

/**
 * A store whose calls a test can fail, lose the answers of, or hold until something else has happened.
 *
 * @throws `TypeError` where both `store` and `now` are given: a store brings its clock
 * @example
 * ```ts
 * const { store, failOn, barrier } = createTestStore()
 * failOn('rotate', { side: 'after' }) // the next rotation is written, and its answer lost
 * const pause = barrier('endSession') // the next logout waits before it writes
 * await pause.reached
 * pause.release()
 * ```
 */
export function createTestStore(options: TestStoreOptions = {}): TestStore {
  assertNames<TestStoreOptions>(options, { store: true, now: true, latency: true }, 'options')
  const { now, latency } = options
  if (options.store !== undefined && now !== undefined) {
    throw new TypeError('countersign: createTestStore takes "now" or "store": a store brings its clock')
  }
  const inner = options.store ?? memoryStore({ now, dangerouslyAllowInProduction: true })
  const { failOn, barrier, begin } = createFaults()
  const called = new Map<StoreMethod, number>()

  const act = async <T>(method: StoreMethod, run: () => Promise<T>): Promise<T> => {
    called.set(method, (called.get(method) ?? 0) + 1)
    const call = begin(method)
    const pass = async (side: CommitSide): Promise<void> => {
      await latency?.(method, side)
      await call.pass(side)
    }
    await pass('before')
    const answer = await run()
    await pass('after')
    return answer
  }

  const wrapped = Object.keys(METHODS).map((name) => {
    const method = name as StoreMethod
    const call = (...args: never[]): Promise<unknown> =>
      act(method, () => Reflect.apply<Store, never[], Promise<unknown>>(inner[method], inner, args))
    return [method, call]
  })
  const store = Object.freeze({
    ...(Object.fromEntries(wrapped) as Pick<Store, StoreMethod>),
    mayLoseWrites: inner.mayLoseWrites,
    acceptsPlainKeys: inner.acceptsPlainKeys,
    watchRevocations: inner.watchRevocations,
  })
  return Object.freeze({ store, failOn, barrier, calls: (method: StoreMethod) => called.get(method) ?? 0 })
}
