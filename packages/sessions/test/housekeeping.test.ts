import { memoryStore, StoreUnavailableError, type Store } from '@countersign/stores'
import { createSessions, type Sessions, type SessionsOptions } from '@countersign/sessions'
import { fakeClock, type FakeClock } from '@countersign/testing'
import { createTestStore, type TestStore } from '@countersign/testing/stores'
import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createApp, ORIGIN, SECRET } from './support/routes.ts'

const FAILED = 'countersign:session:prune-failed'
const alice = { subject: 'alice' }

interface House extends TestStore {
  readonly clock: FakeClock
  readonly sessions: Sessions
  /** With what limit the store was asked to prune, each time. */
  readonly limits: readonly number[]
  /** A login, and whatever it leaves to be done. */
  readonly login: () => Promise<void>
}

/** Sessions on a store that says it deleted so many rows, from the first time on, and then none. */
function createHouse(deleted: readonly number[] = [], options: Partial<SessionsOptions> = {}): House {
  const clock = fakeClock()
  const limits: number[] = []
  const answers = [...deleted]
  const inner: Store = {
    ...memoryStore({ now: clock.now }),
    async prune(limit) {
      limits.push(limit)
      return answers.shift() ?? 0
    },
  }
  const faults = createTestStore({ store: inner })
  const sessions = createSessions({
    issuer: ORIGIN,
    store: faults.store,
    secrets: [SECRET],
    now: clock.now,
    ...options,
  })
  const login = async (): Promise<void> => {
    await sessions.start(alice)
    await nextTurn()
  }
  return { ...faults, clock, sessions, limits, login }
}

const stops = new Set<() => void>()
afterEach(() => {
  for (const stop of stops) stop()
  stops.clear()
})

/** What is published on a channel until the end of the test. */
function listen(name: string): readonly unknown[] {
  const messages: unknown[] = []
  const listener = (message: unknown): void => void messages.push(message)
  diagnostics.subscribe(name, listener)
  stops.add(() => void diagnostics.unsubscribe(name, listener))
  return messages
}

/** Rejections that nobody takes, until the end of the test. Node tells of them when a turn ends. */
function listenForUnhandled(): readonly unknown[] {
  const reasons: unknown[] = []
  const listener = (reason: unknown): void => void reasons.push(reason)
  process.on('unhandledRejection', listener)
  stops.add(() => void process.off('unhandledRejection', listener))
  return reasons
}

describe('after a login', () => {
  it('the store is asked to delete what is over, a bounded batch', async () => {
    const house = createHouse()
    await house.login()
    expect(house.limits).toEqual([100])
  })

  it('rows that are over are gone, and those that are needed stay', async () => {
    const { sessions, store, clock } = createApp()
    const over = await sessions.start(alice)
    await nextTurn()
    clock.advance(31 * 86_400)
    const { refreshToken } = await sessions.start({ subject: 'bob' })
    await nextTurn()
    expect(await store.prune(100)).toBe(0)
    expect(await sessions.refresh(over.refreshToken)).toMatchObject({ reason: 'unknown' })
    expect(await sessions.refresh(refreshToken)).toMatchObject({ type: 'refreshed' })
  })

  it('once a minute', async () => {
    const house = createHouse([99])
    await house.login()
    house.clock.advance(59.999)
    await house.login()
    expect(house.limits).toHaveLength(1)
    house.clock.advance(0.001)
    await house.login()
    expect(house.limits).toHaveLength(2)
  })

  it('after every login as long as batches come back full, so that deleting keeps pace', async () => {
    const house = createHouse([100, 100, 99])
    for (let logins = 0; logins < 5; logins++) await house.login()
    expect(house.limits).toEqual([100, 100, 100])
  })

  it('at once where the clock was set back', async () => {
    const house = createHouse()
    await house.login()
    house.clock.advance(-3_600)
    await house.login()
    expect(house.limits).toHaveLength(2)
  })

  it('one batch at a time, however long it takes', async () => {
    const house = createHouse([100])
    const { reached, release } = house.barrier('prune', 'after')
    await Promise.all([house.login(), house.login(), house.login()])
    await reached
    house.clock.advance(3_600)
    await house.login()
    expect(house.calls('prune')).toBe(1)
    release()
    await nextTurn()
    await house.login()
    expect(house.calls('prune')).toBe(2)
  })

  it('never with prune: false', async () => {
    const house = createHouse([100, 100], { prune: false })
    for (let logins = 0; logins < 3; logins++) {
      await house.login()
      house.clock.advance(3_600)
    }
    expect(house.limits).toEqual([])
  })

  it('not after one that was refused, nor after anything else', async () => {
    const house = createHouse([], { maxSessions: 1, overLimit: 'deny' })
    const { refreshToken, session } = await house.sessions.start(alice)
    await nextTurn()
    house.clock.advance(60)
    await expect(house.login()).rejects.toThrow(/limit|sessions/i)
    house.failOn('createSession')
    await expect(house.sessions.start({ subject: 'bob' })).rejects.toBeInstanceOf(StoreUnavailableError)
    await house.sessions.refresh(refreshToken)
    await house.sessions.list(alice)
    await house.sessions.revoke(session.id, alice)
    await nextTurn()
    expect(house.limits).toHaveLength(1)
  })
})

describe('a login', () => {
  it('asks the store for what it needs, and for nothing else before it has answered', async () => {
    const house = createHouse()
    await house.sessions.start(alice)
    // what frameworks do until an answer is on its way
    for (let hops = 0; hops < 20; hops++) {
      await Promise.resolve()
      await new Promise<void>((resolve) => process.nextTick(resolve))
    }
    expect(house.calls('prune')).toBe(0)
    expect(house.calls('createSession')).toBe(1)
    expect(house.calls('checkSession') + house.calls('listSessions') + house.calls('rotate')).toBe(0)
    await nextTurn()
    expect(house.calls('prune')).toBe(1)
  })

  it('by a route is answered first, whatever the application does meanwhile', async () => {
    const steps: string[] = []
    const app = createApp({
      async user() {
        for (let turns = 0; turns < 3; turns++) await nextTurn()
        steps.push(`user, after ${app.faults.calls('prune')}`)
      },
    })
    const answer = await app.browser.send('POST', '/login', { body: {} })
    steps.push(`answer ${answer.status}, after ${app.faults.calls('prune')}`)
    await nextTurn()
    expect(steps).toEqual(['user, after 0', 'answer 200, after 0'])
    expect(app.faults.calls('prune')).toBe(1)
  })

  it('by a route whose answer fails leaves a row, so it counts as one', async () => {
    const app = createApp({ user: () => Promise.reject(new Error('no such user')) })
    await expect(app.browser.send('POST', '/login', { body: {} })).rejects.toThrow('no such user')
    await nextTurn()
    expect(app.faults.calls('prune')).toBe(1)
  })

  it.each<[string, () => Promise<number>]>([
    ['rejects', () => Promise.reject(new StoreUnavailableError('test', new Error('away')))],
    [
      'throws',
      () => {
        throw new TypeError('no function')
      },
    ],
  ])('where pruning %s is good all the same, and an event says why', async (_, prune) => {
    const unhandled = listenForUnhandled()
    const failures = listen(FAILED)
    const clock = fakeClock()
    let calls = 0
    const store: Store = { ...memoryStore({ now: clock.now }), prune: () => (calls++, prune()) }
    const sessions = createSessions({ issuer: ORIGIN, store, secrets: [SECRET], now: clock.now })
    const { refreshToken } = await sessions.start(alice)
    await nextTurn()
    expect(failures).toEqual([{ cause: expect.any(Error) }])
    expect(await sessions.refresh(refreshToken)).toMatchObject({ type: 'refreshed' })

    await sessions.start(alice) // a store that fails is left alone for a minute
    await nextTurn()
    expect(calls).toBe(1)
    clock.advance(60)
    await sessions.start(alice)
    await nextTurn()
    expect([calls, failures.length, unhandled]).toEqual([2, 2, []])
  })

  it('where nobody listens swallows the failure', async () => {
    const unhandled = listenForUnhandled()
    const house = createHouse()
    house.failOn('prune')
    await house.login()
    await nextTurn()
    expect([house.calls('prune'), unhandled]).toEqual([1, []])
  })

  it('lends its context to no batch: the store is in no transaction of a request that is over', async () => {
    const request = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const store: Store = {
      ...memoryStore(),
      async prune() {
        seen.push(request.getStore())
        return 0
      },
    }
    const sessions = createSessions({ issuer: ORIGIN, store, secrets: [SECRET] })
    await request.run('a request', async () => sessions.start(alice))
    await nextTurn()
    expect(seen).toEqual([undefined])
  })
})
