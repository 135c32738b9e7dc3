import { argumentFault, readMembers, kindOf, type NamesOf } from '../base/assert-names.ts'
import { optionalFunction, optionalNumber } from '../base/assert-options.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { OptionError } from '../base/option-error.ts'
import type { Principal } from '../principal/principal.ts'

/**
 * Anything that stays open: a WebSocket (of `ws` or of the web), a Socket.IO socket, a response that streams
 * server-sent events, a plain socket, or anything with `close()`.
 */
export interface LiveConnection {
  /** WebSocket */
  readonly readyState?: unknown
  close?(code?: number, reason?: string): unknown
  /** Socket.IO */
  disconnect?(close?: boolean): unknown
  /** Node's responses and sockets */
  end?(): unknown
  /** How it is cut off if the other side does not close: `ws`, and Node's responses and sockets. */
  terminate?(): unknown
  destroy?(): unknown
  /** How it reports that it is closed: Node's way (Socket.IO says `disconnect`), or the web's. */
  once?(event: 'close' | 'disconnect', listener: () => void): unknown
  addEventListener?(event: 'close', listener: () => void, options: { once: true }): unknown
  on?(event: 'error', listener: () => void): unknown
}

/** Options of {@link bindToExpiry}. */
export interface ExpiryOptions<Claims> {
  /**
   * What happens when the token expires. `'close'` ends the connection. A function is called for a new principal
   * ahead of time; if it has returned none when the token expires, the connection is ended. Default `'close'`.
   */
  readonly onExpire?:
    | 'close'
    | ((principal: Principal<Claims>) => MaybePromise<Principal<Claims> | undefined>)
  /**
   * Seconds before the expiry at which the function is called; at most half of the token's remaining time. Default 5.
   */
  readonly leadTime?: number
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** The link between a connection and a token. */
export interface ExpiryBinding<Claims> {
  /** The principal whose token keeps the connection open. */
  readonly principal: Principal<Claims>
  /** Continues with another token, which the client sent over the connection. */
  renew(principal: Principal<Claims>): void
  /** Removes the link: the connection stays open, even when the token expires. */
  release(): void
}

/** The close code "Unauthorized" (IANA's registry of WebSocket close codes). */
const UNAUTHORIZED = 3000

/** The longest time that a timer supports; longer ones fire at once. */
const MAX_TIMER = 2 ** 31 - 1

/**
 * How long the other side may take to close, in milliseconds: one second after the expiry the connection is cut off.
 */
const FAREWELL = 750

/**
 * Ends a connection when the token that opened it expires, without the clock tolerance that requests have. A
 * WebSocket gets the close code 3000. If the other side does not close, it is cut off within a second.
 *
 * @example
 * ```ts
 * app.get('/events', (req, res) => {
 *   if (req.auth) bindToExpiry(res, req.auth)
 *   res.writeHead(200, { 'Content-Type': 'text/event-stream' })
 * })
 * ```
 */
export function bindToExpiry<Claims>(
  connection: LiveConnection,
  principal: Principal<Claims>,
  options: ExpiryOptions<Claims> = {},
): ExpiryBinding<Claims> {
  assertArguments(connection, principal)
  const { onExpire, leadTime, now } = readExpiryOptions(options)
  let current = principal
  const alarm = createAlarm(now)
  let released = false
  let closed = false

  function watch(): void {
    if (released) return
    if (onExpire === 'close') alarm.set(current.expiresAt, end)
    else {
      // A token with a shorter life than the lead time must not cause calls again and again.
      const lead = Math.min(leadTime * 1_000, Math.max(current.expiresAt - now(), 0) / 2)
      alarm.set(current.expiresAt - lead, () => void askAnew(onExpire))
    }
  }

  async function askAnew(renewal: Exclude<typeof onExpire, 'close'>): Promise<void> {
    const asked = current
    alarm.set(asked.expiresAt, end)
    // An error is not a new principal: the token keeps the connection open until it expires.
    const next = await attempt(() => renewal(asked))
    // The result counts only if nothing else has renewed or ended the connection meanwhile.
    if (next !== undefined && asked === current && next.expiresAt > asked.expiresAt) binding.renew(next)
  }

  function end(): void {
    binding.release()
    void attempt(() => endConnection(connection))
    unref(setTimeout(() => closed || void attempt(() => cutOff(connection)), FAREWELL))
  }

  const binding: ExpiryBinding<Claims> = {
    get principal() {
      return current
    },
    renew(next) {
      if (released) return
      current = next
      watch()
    },
    release() {
      released = true
      alarm.clear()
    },
  }
  onceClosed(connection, () => {
    closed = true
    binding.release()
  })
  watch()
  return Object.freeze(binding)
}

/** One timer, for a time however far away. */
interface Alarm {
  /**
   * Sets the callback for a time, in milliseconds since the epoch, in place of the previous one. It never runs for
   * `Infinity`.
   */
  set(time: number, act: () => void): void
  clear(): void
}

function createAlarm(now: () => number): Alarm {
  let timer: ReturnType<typeof setTimeout> | undefined
  function set(time: number, act: () => void): void {
    clearTimeout(timer)
    const wait = time - now()
    if (wait === Number.POSITIVE_INFINITY) return
    timer = setTimeout(() => (now() >= time ? act() : set(time, act)), Math.min(Math.max(wait, 0), MAX_TIMER))
    unref(timer)
  }
  return { set, clear: () => clearTimeout(timer) }
}

function assertArguments(connection: unknown, principal: unknown): void {
  const fault = argumentFault('bindToExpiry')
  if (typeof connection !== 'object' || connection === null) {
    throw fault('connection', `must be a socket, a response or the like, got ${kindOf(connection)}`)
  }
  if (typeof (principal as Principal | undefined)?.expiresAt === 'number') return
  throw fault('principal', `must be the principal of a request, got ${kindOf(principal)}`)
}

const EXPIRY_OPTION_NAMES = { onExpire: true, leadTime: true, now: true } as const satisfies NamesOf<
  ExpiryOptions<unknown>
>

function readExpiryOptions<Claims>(given: ExpiryOptions<Claims>): Required<ExpiryOptions<Claims>> {
  const options = readMembers<ExpiryOptions<Claims>>(given, EXPIRY_OPTION_NAMES, 'options')
  const { onExpire = 'close' } = options
  if (onExpire !== 'close' && typeof onExpire !== 'function') {
    throw new OptionError('onExpire', `must be "close" or a function, got ${kindOf(onExpire)}`)
  }
  const leadTime = optionalNumber(options, 'leadTime', { default: 5, unit: 'seconds' })
  return { onExpire, leadTime, now: optionalFunction(options, 'now') ?? (() => Date.now()) }
}

/** The result, or `undefined` if it throws or rejects: for a connection that is already closed, that is expected. */
async function attempt<T>(act: () => T): Promise<Awaited<T> | undefined> {
  try {
    return await act()
  } catch {
    return undefined
  }
}

function endConnection(connection: LiveConnection): unknown {
  if (typeof connection.disconnect === 'function') return connection.disconnect(true)
  if (typeof connection.readyState === 'number') return connection.close?.(UNAUTHORIZED, 'token expired')
  if (typeof connection.end !== 'function') return connection.close?.()
  // Later writes cause an error, and an error without a listener would end the process.
  connection.on?.('error', () => undefined)
  return connection.end()
}

/** A peer that ignores the end could otherwise go on sending. */
function cutOff(connection: LiveConnection): unknown {
  return typeof connection.terminate === 'function' ? connection.terminate() : connection.destroy?.()
}

function onceClosed(connection: LiveConnection, listener: () => void): void {
  if (typeof connection.once === 'function') {
    connection.once(typeof connection.disconnect === 'function' ? 'disconnect' : 'close', listener)
  } else connection.addEventListener?.('close', listener, { once: true })
}

/** A connection keeps a server running; waiting for the expiry of its token should not. */
function unref(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref()
}
