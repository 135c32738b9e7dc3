import { EventEmitter } from 'node:events'
import { bindToExpiry, type ExpiryOptions, type LiveConnection, type Principal } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { principalFor, trusting } from '../support/authenticate.ts'

// looked up at each call, since the tests stop it
const now = () => Date.now()
const signer = createSigner({ alg: 'ES256', kid: 'k1', now })
const authenticator = trusting(signer, { dangerouslyAllowNoExpiry: true, now })

/** A principal whose token lives this many seconds from now. */
function living(seconds: number, claims: Record<string, unknown> = {}): Promise<Principal> {
  const from = Math.floor(now() / 1_000)
  return principalFor(authenticator, signer.token({ exp: from + seconds, ...claims }))
}

/** A `ws` server's client, as far as it matters, that writes down what happens to it. */
class Native extends EventEmitter {
  readonly readyState: number = 1
  readonly calls: unknown[] = []
  close(...args: unknown[]): void {
    this.calls.push(['close', ...args])
  }
  terminate(): void {
    this.calls.push(['terminate'])
  }
}

/** The same that lets go when it is asked to, as almost every peer does. */
class Polite extends Native {
  override close(...args: unknown[]): void {
    super.close(...args)
    this.emit('close')
  }
}

const END = ['close', 3000, 'token expired']

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a connection that is bound to the expiry of a token', () => {
  it('is closed when the token expires, not before, and without tolerance for clocks', async () => {
    const client = new Polite()
    bindToExpiry(client, await living(60))
    vi.advanceTimersByTime(59_999)
    expect(client.calls).toEqual([])
    vi.advanceTimersByTime(1)
    expect(client.calls).toEqual([END])
    expect(vi.getTimerCount()).toBe(1) // the end of the time to say goodbye, which finds nothing to do
    vi.runAllTimers()
    expect(client.calls).toEqual([END])
  })

  it('is cut off within a second where the other side does not let go', async () => {
    const client = new Native()
    bindToExpiry(client, await living(60))
    vi.advanceTimersByTime(60_000)
    expect(client.calls).toEqual([END])
    vi.advanceTimersByTime(999)
    expect(client.calls).toEqual([END, ['terminate']])
    vi.runAllTimers()
    expect(client.calls).toHaveLength(2)
  })

  it('is closed at once by a token that has expired meanwhile', async () => {
    const client = new Polite()
    bindToExpiry(client, await living(-5))
    vi.advanceTimersByTime(0)
    expect(client.calls).toEqual([END])
  })

  it.each([
    ['a day', 24 * 60 * 60],
    ['30 days, which no timer takes', 30 * 24 * 60 * 60],
    ['ten years', 10 * 365 * 24 * 60 * 60],
  ])('waits however long: %s', async (_what, seconds) => {
    const client = new Polite()
    bindToExpiry(client, await living(seconds))
    vi.advanceTimersByTime(seconds * 1_000 - 1)
    expect(client.calls).toEqual([])
    vi.advanceTimersByTime(1)
    expect(client.calls).toEqual([END])
  })

  it('stays open with a token that does not expire, and no timer waits', async () => {
    const client = new Polite()
    const principal = await living(0, { exp: undefined })
    expect(principal.expiresAt).toBe(Infinity)
    bindToExpiry(client, principal)
    bindToExpiry(client, principal, { onExpire: () => undefined })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('goes by the clock that it is given', async () => {
    const client = new Polite()
    let late = 0
    // a clock that runs behind: timers fire, yet it is not time
    bindToExpiry(client, await living(60), { now: () => Date.now() - late })
    late = 30_000
    vi.advanceTimersByTime(60_000)
    expect(client.calls).toEqual([])
    vi.advanceTimersByTime(30_000)
    expect(client.calls).toEqual([END])
  })

  it('keeps no process running by its timers', async () => {
    vi.useRealTimers()
    const set = vi.spyOn(globalThis, 'setTimeout')
    const client = new Native()
    const closed = new Promise<void>((resolve) => {
      vi.spyOn(client, 'close').mockImplementation(() => resolve())
    })
    bindToExpiry(client, await living(60))
    bindToExpiry(client, await living(-1))
    await closed
    const timers = set.mock.results.map(({ value }) => value as NodeJS.Timeout)
    expect(timers).toHaveLength(3) // two for tokens, one for the goodbye
    expect(timers.map((timer) => timer.hasRef())).toEqual([false, false, false])
    for (const timer of timers) clearTimeout(timer)
    set.mockRestore()
  })

  it('that its peer closes is let go of', async () => {
    const client = new Native()
    bindToExpiry(client, await living(60))
    expect(vi.getTimerCount()).toBe(1)
    client.emit('close')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('that is released stays open, also when a late renewal comes', async () => {
    const client = new Native()
    const later = await living(500)
    const binding = bindToExpiry(client, await living(60))
    binding.release()
    binding.renew(later)
    vi.runAllTimers()
    expect(client.calls).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('goes on with a token that the client sent, and ends with that one', async () => {
    const client = new Polite()
    const first = await living(60)
    const second = await living(120)
    const binding = bindToExpiry(client, first)
    expect(binding.principal).toBe(first)
    vi.advanceTimersByTime(59_000)
    binding.renew(second)
    expect(binding.principal).toBe(second)
    vi.advanceTimersByTime(60_999)
    expect(client.calls).toEqual([])
    vi.advanceTimersByTime(1)
    expect(client.calls).toEqual([END])
  })
})

describe('a function that is asked for a new principal', () => {
  /** Binds a connection to a token of a minute, and answers what happens to it. */
  async function bound(
    onExpire: Exclude<ExpiryOptions<Principal['claims']>['onExpire'], 'close' | undefined>,
    options: ExpiryOptions<Principal['claims']> = {},
  ) {
    const client = new Polite()
    const asked: number[] = []
    const start = Date.now()
    const principal = await living(60)
    const binding = bindToExpiry(client, principal, {
      ...options,
      onExpire: (current) => {
        asked.push((Date.now() - start) / 1_000)
        return onExpire(current)
      },
    })
    return { client, asked, binding, principal }
  }

  it('is asked five seconds ahead, for the principal at hand, and each time again', async () => {
    const next = [await living(120), await living(180)]
    const seen: Principal[] = []
    const { client, asked, principal } = await bound((current) => {
      seen.push(current)
      return next.shift()
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect([asked, client.calls]).toEqual([[55], []])
    await vi.advanceTimersByTimeAsync(119_999)
    expect(asked).toEqual([55, 115, 175])
    expect(client.calls).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(client.calls).toEqual([END]) // the third time there was none
    expect(seen[0]).toBe(principal)
    expect(seen.map(({ expiresAt }) => (expiresAt - principal.expiresAt) / 1_000)).toEqual([0, 60, 120])
  })

  it('is asked at another time where that is wanted', async () => {
    const { asked } = await bound(() => undefined, { leadTime: 20 })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toEqual([40])
  })

  it('is not asked without end where tokens live shorter than the lead time', async () => {
    const client = new Polite()
    let asked = 0
    bindToExpiry(client, await living(4), {
      onExpire: (current) => {
        asked++
        return { ...current, expiresAt: Date.now() + 4_000 }
      },
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(client.calls).toEqual([])
    expect(asked).toBeGreaterThan(14)
    expect(asked).toBeLessThan(40)
  })

  it.each<[string, (current: Principal) => Promise<Principal | undefined> | Principal | undefined]>([
    ['has none', () => undefined],
    ['resolves to none', () => Promise.resolve(undefined)],
    [
      'throws',
      () => {
        throw new Error('the identity provider is away')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the identity provider is away'))],
    ['has the same token', (current) => current],
    ['has an older token', (current) => ({ ...current, expiresAt: current.expiresAt - 1 })],
    ['does not answer', () => new Promise(() => undefined)],
  ])('that %s ends the connection when the token expires', async (_what, onExpire) => {
    const { client, asked } = await bound(onExpire)
    await vi.advanceTimersByTimeAsync(59_999)
    expect(client.calls).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(client.calls).toEqual([END])
    await vi.advanceTimersByTimeAsync(600_000)
    expect([asked, client.calls]).toEqual([[55], [END]])
  })

  it('that answers too late cannot open what is closed', async () => {
    const late = await living(500)
    const { client, binding, principal } = await bound(
      () => new Promise((resolve) => setTimeout(() => resolve(late), 5_001)),
    )
    await vi.advanceTimersByTimeAsync(60_000)
    expect(client.calls).toEqual([END])
    await vi.advanceTimersByTimeAsync(600_000)
    expect(binding.principal).toBe(principal)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not overrule what the client sent meanwhile', async () => {
    const mine = await living(100)
    const sent = await living(300)
    const { binding } = await bound(() => new Promise((resolve) => setTimeout(() => resolve(mine), 2_000)))
    await vi.advanceTimersByTimeAsync(56_000)
    binding.renew(sent)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(binding.principal).toBe(sent)
  })

  it('is not asked for a connection that is closed', async () => {
    const { client, asked } = await bound(() => undefined)
    client.emit('close')
    await vi.advanceTimersByTimeAsync(600_000)
    expect(asked).toEqual([])
  })
})

describe('whatever stays open', () => {
  async function endOf(connection: LiveConnection): Promise<void> {
    bindToExpiry(connection, await living(60))
    await vi.advanceTimersByTimeAsync(61_000)
  }

  it('a WebSocket of the web is closed with code 3000, and listened to', async () => {
    const close = vi.fn<(...args: unknown[]) => void>()
    const socket = Object.assign(new EventTarget(), { readyState: 1, close })
    await endOf(socket)
    expect(close.mock.calls).toEqual([[3000, 'token expired']])
    const other = Object.assign(new EventTarget(), { readyState: 1, close })
    bindToExpiry(other, await living(60))
    other.dispatchEvent(new Event('close'))
    expect(vi.getTimerCount()).toBe(0)
  })

  it("a socket of Socket.IO is disconnected with its connection, and tells by 'disconnect' that it is", async () => {
    const disconnect = vi.fn<(close?: boolean) => void>()
    const socket = Object.assign(new EventEmitter(), { disconnect })
    await endOf(socket)
    expect(disconnect.mock.calls).toEqual([[true]])
    const other = Object.assign(new EventEmitter(), { disconnect })
    bindToExpiry(other, await living(60))
    other.emit('disconnect', 'transport close')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('a response or a socket of Node is ended, and destroyed where it hangs', async () => {
    const calls: string[] = []
    const hanging = Object.assign(new EventEmitter(), {
      readyState: 'open',
      end: () => calls.push('end'),
      destroy: () => calls.push('destroy'),
    })
    await endOf(hanging)
    expect(calls).toEqual(['end', 'destroy'])
    const finishing = Object.assign(new EventEmitter(), {
      end: () => finishing.emit('close'),
      destroy: () => calls.push('destroyed for nothing'),
    })
    await endOf(finishing)
    expect(calls).toEqual(['end', 'destroy'])
  })

  it('anything else is closed', async () => {
    const close = vi.fn<(...args: unknown[]) => void>()
    await endOf({ close })
    expect(close.mock.calls).toEqual([[]])
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('closed already')
      },
    ],
    ['rejects', () => Promise.reject(new Error('closed already'))],
  ])('that %s when it is closed twice takes no process along', async (_what, close) => {
    const closing = vi.fn<() => unknown>(close)
    await endOf({ close: closing })
    expect(closing).toHaveBeenCalledOnce()
  })
})
