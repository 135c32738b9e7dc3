import { createDeadlines, memoryStore, StoreUnavailableError, type Store } from '@countersign/stores'
import { storeSuite, type StallingStore } from '@countersign/testing/stores'
import { describe, expect, it } from 'vitest'

const TIMEOUT = 60

/** Between a store and its server: everything waits while it is closed, and then goes on in order. */
function createGate() {
  let open = (): void => undefined
  let passed = Promise.resolve()
  return {
    wait: () => passed,
    close: () => {
      passed = new Promise((resolve) => {
        open = resolve
      })
    },
    open: () => open(),
  }
}

/** A store whose server is elsewhere, as it were. */
function remote(reach: (inner: Store, wait: () => Promise<void>) => (call: Call) => Promise<unknown>) {
  return async (): Promise<StallingStore> => {
    const server = memoryStore()
    const gate = createGate()
    const ask = reach(server, gate.wait)
    const methods = Object.entries(server).flatMap(([name, method]) =>
      typeof method === 'function' && name !== 'watchRevocations'
        ? [[name, (...args: unknown[]) => ask(() => Reflect.apply(method, server, args))]]
        : [],
    )
    const store: Store = { ...server, ...Object.fromEntries(methods) }
    return { store, other: server, stall: gate.close, resume: gate.open, close: () => undefined }
  }
}

type Call = () => Promise<unknown>

/** Refuses what comes after its deadline. */
const punctual = remote((server, wait) => {
  const askTime = async () => {
    await wait()
    return server.now()
  }
  const deadlines = createDeadlines({ store: 'test', timeout: TIMEOUT, askTime })
  return (call) =>
    deadlines.write(async (deadline) => {
      await wait()
      const now = await server.now()
      return now > deadline ? { now, late: true } : { now, value: await call() }
    })
})

/** Gives up, and lets the server do later what it was asked. */
const careless = remote((_, wait) => async (call) => {
  const done = (async () => {
    await wait()
    return call()
  })()
  const late = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new StoreUnavailableError('test', undefined)), TIMEOUT)
  })
  return Promise.race([done, late])
})

/** The cases that there are for a store that can hang, and only for that. */
function casesOf(stalling: () => Promise<StallingStore>) {
  const create = async ({ now }: { now: () => number }) => memoryStore({ now })
  const usual = new Set(storeSuite({ create }).map(({ name }) => name))
  return storeSuite({ create, stalling }).filter(({ name }) => !usual.has(name))
}

describe('the suite, of a store that hangs', () => {
  it.each(casesOf(punctual).map(({ name, run }) => [name, run] as const))('%s', async (_, run) => {
    await expect(run()).resolves.toBeUndefined()
  })

  it('fails one that does later what was given up, whatever it was', async () => {
    const cases = casesOf(careless)
    const results = await Promise.allSettled(cases.map(({ run }) => run()))
    expect(results.filter(({ status }) => status === 'fulfilled')).toEqual([])
    expect(cases.length).toBeGreaterThan(9)
  })

  it('closes it, also when a case fails', async () => {
    let closed = 0
    const broken = async (): Promise<StallingStore> => ({
      ...(await careless()),
      stall: () => Promise.reject(new Error('broken')),
      close: () => void closed++,
    })
    const [first] = casesOf(broken)
    await expect(first!.run()).rejects.toThrow('broken')
    expect(closed).toBe(1)
  })
})
