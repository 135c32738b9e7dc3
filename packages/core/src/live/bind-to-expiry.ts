import { argumentFault, readMembers, kindOf, type NamesOf } from '../base/assert-names.ts'
import { optionalFunction, optionalNumber } from '../base/assert-options.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { OptionError } from '../base/option-error.ts'
import type { Principal } from '../principal/principal.ts'

/**
 * Whatever stays open: a WebSocket (of `ws` or of the web), a Socket.IO socket, a response that streams server-sent
 * events, a plain socket, or anything with `close()`.
 */
export interface LiveConnection {
  /** WebSocket */
  readonly readyState?: unknown
  close?(code?: number, reason?: string): unknown
  /** Socket.IO */
  disconnect?(close?: boolean): unknown
  /** Node's responses and sockets */
  end?(): unknown
  /** How it is cut off where the other side does not let go: `ws`, and Node's responses and sockets. */
  terminate?(): unknown
  destroy?(): unknown
  /** How it tells that it is closed: Node's way (Socket.IO says `disconnect`), or the web's. */
  once?(event: 'close' | 'disconnect', listener: () => void): unknown
  addEventListener?(event: 'close', listener: () => void, options: { once: true }): unknown
  on?(event: 'error', listener: () => void): unknown
}

/** Options of {@link bindToExpiry}. */
export interface ExpiryOptions<Claims> {
  /**
   * What happens when the token expires. `'close'` ends the connection. A function is asked for a new principal ahead
   * of time; where it has none when the token expires, the connection is ended. Default `'close'`.
   */
  readonly onExpire?:
    | 'close'
    | ((principal: Principal<Claims>) => MaybePromise<Principal<Claims> | undefined>)
  /** Seconds before the expiry at which the function is asked; at most half of what the token has left. Default 5. */
  readonly leadTime?: number
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** The tie between a connection and a token. */
export interface ExpiryBinding<Claims> {
  /** The principal whose token holds the connection open. */
  readonly principal: Principal<Claims>
  /** Goes on with another token, which the client sent over the connection. */
  renew(principal: Principal<Claims>): void
  /** Lets go: the connection stays open, whatever becomes of the token. */
  release(): void
}

/** The close code "Unauthorized" (IANA's registry of WebSocket close codes). */
const UNAUTHORIZED = 3000

/** The longest time that a timer takes; later ones fire at once. */
const MAX_TIMER = 2 ** 31 - 1

/** For how long the other side may take part in the end, in milliseconds: a second after the expiry all is over. */
const FAREWELL = 750

/**
 * Ends a connection when the token that opened it expires, without the tolerance for clocks that requests have.
 * A WebSocket gets the close code 3000. Where the other side does not let go, it is cut off within a second.
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
      // A token that lives no longer than the lead time must not be asked for again and again.
      const lead = Math.min(leadTime * 1_000, Math.max(current.expiresAt - now(), 0) / 2)
      alarm.set(current.expiresAt - lead, () => void askAnew(onExpire))
    }
  }

  async function askAnew(renewal: Exclude<typeof onExpire, 'close'>): Promise<void> {
    const asked = current
    alarm.set(asked.expiresAt, end)
    // An error is no new principal: the token holds the connection until it expires.
    const next = await attempt(() => renewal(asked))
    // The answer counts only while nothing else has renewed or ended the connection.
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
  /** Calls back at a time, in milliseconds since the epoch, instead of what was set before; never where it is `Infinity`. */
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

/** The result, or `undefined` for what throws or rejects: of a connection that is closed already, that is as it should be. */
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
  // Whoever writes on gets an error, and one that nobody listens to would end the process.
  connection.on?.('error', () => undefined)
  return connection.end()
}

/** A peer that ignores the end would go on sending, and be heard. */
function cutOff(connection: LiveConnection): unknown {
  return typeof connection.terminate === 'function' ? connection.terminate() : connection.destroy?.()
}

function onceClosed(connection: LiveConnection, listener: () => void): void {
  if (typeof connection.once === 'function') {
    connection.once(typeof connection.disconnect === 'function' ? 'disconnect' : 'close', listener)
  } else connection.addEventListener?.('close', listener, { once: true })
}

/** A connection keeps a server running; waiting for its token's end should not. */
function unref(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref()
}
