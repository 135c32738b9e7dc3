import { assertNames } from '@countersign/core/toolkit'
import { memoryStore, type Store } from '@countersign/stores'
import { createFaults, type CommitSide, type StoreFaults, type StoreMethod } from './faults.ts'

/** Options of `createTestStore`. */
export interface TestStoreOptions {
  /** The store to wrap. Default: a `memoryStore` on `now`. */
  readonly store?: Store | undefined
  /** The clock of the default store, in milliseconds since the epoch. Default: the time of day. */
  readonly now?: (() => number) | undefined
  /**
   * Awaited on the way to the store and on the way back, so a test controls the duration of a call; with a fake clock,
   * calls take no real time. Default: no latency.
   */
  readonly latency?: ((method: StoreMethod, side: CommitSide) => Promise<void> | void) | undefined
}

/** A store, and the faults that a test can cause. */
export interface TestStore extends StoreFaults {
  /** Pass this store to the code under test. */
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
 * A store for tests: its calls can fail, lose their response, or wait until something else has happened.
 *
 * @throws `TypeError` if both `store` and `now` are given: a store has its own clock
 * @example
 * ```ts
 * const { store, failOn, barrier } = createTestStore()
 * failOn('rotate', { side: 'after' }) // the next rotation is written, and its response is lost
 * const pause = barrier('endSession') // the next logout waits before it writes
 * await pause.reached
 * pause.release()
 * ```
 */
export function createTestStore(options: TestStoreOptions = {}): TestStore {
  assertNames<TestStoreOptions>(options, { store: true, now: true, latency: true }, 'options')
  const { now, latency } = options
  if (options.store !== undefined && now !== undefined) {
    throw new TypeError(
      'countersign: createTestStore accepts "now" or "store", not both: a store has its own clock',
    )
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
