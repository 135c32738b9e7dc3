import type { MaybePromise } from '../failure.ts'
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
  /** How it tells that it is closed: Node's way, or the web's. */
  once?(event: 'close', listener: () => void): unknown
  addEventListener?(event: 'close', listener: () => void, options: { once: true }): unknown
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
  /** Seconds before the expiry at which the function is asked. Default 5. */
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

/**
 * Ends a connection when the token that opened it expires, without the tolerance for clocks that requests have.
 *
 * @example
 * ```ts
 * sockets.on('connection', (socket, principal) => {
 *   bindToExpiry(socket, principal)
 * })
 * ```
 */
export function bindToExpiry<Claims>(
  connection: LiveConnection,
  principal: Principal<Claims>,
  options: ExpiryOptions<Claims> = {},
): ExpiryBinding<Claims> {
  const { onExpire = 'close', leadTime = 5, now = Date.now } = options
  let current = principal
  let timer: ReturnType<typeof setTimeout> | undefined
  let released = false

  /** Calls back at a time, however far away. */
  function at(time: number, act: () => void): void {
    clearTimeout(timer)
    const wait = time - now()
    if (released || wait === Number.POSITIVE_INFINITY) return
    timer = setTimeout(() => (now() >= time ? act() : at(time, act)), Math.min(Math.max(wait, 0), MAX_TIMER))
    unref(timer)
  }

  function watch(): void {
    if (onExpire === 'close') at(current.expiresAt, end)
    else at(current.expiresAt - leadTime * 1_000, () => void askAnew(onExpire))
  }

  async function askAnew(renewal: Exclude<typeof onExpire, 'close'>): Promise<void> {
    const asked = current
    at(asked.expiresAt, end)
    let next: Principal<Claims> | undefined
    try {
      next = await renewal(asked)
    } catch {
      // No answer is no new principal: the token holds the connection until it expires.
    }
    // The answer counts only while nothing else has renewed or ended the connection.
    if (next !== undefined && asked === current && next.expiresAt > asked.expiresAt) binding.renew(next)
  }

  function end(): void {
    binding.release()
    endConnection(connection)
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
      clearTimeout(timer)
    },
  }
  onceClosed(connection, () => binding.release())
  watch()
  return Object.freeze(binding)
}

function endConnection(connection: LiveConnection): void {
  if (typeof connection.disconnect === 'function') connection.disconnect(true)
  else if (typeof connection.readyState === 'number') connection.close?.(UNAUTHORIZED, 'token expired')
  else if (typeof connection.end === 'function') connection.end()
  else connection.close?.()
}

function onceClosed(connection: LiveConnection, listener: () => void): void {
  if (typeof connection.once === 'function') connection.once('close', listener)
  else connection.addEventListener?.('close', listener, { once: true })
}

/** A connection keeps a server running; waiting for its token's end should not. */
function unref(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref()
}
