import { assertNames } from './option-error.ts'

/** The part of `navigator.locks` (Web Locks) that is used. */
export interface Locks {
  request<T>(
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    run: (lock: unknown) => Promise<T>,
  ): Promise<T>
}

/** The part of `BroadcastChannel` that is used. */
export interface Channel {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  postMessage(message: unknown): void
  close(): void
}

/** The part of `globalThis` as an event target that is used. */
export interface PageEvents {
  addEventListener(type: 'pageshow', listener: (event: { readonly persisted: boolean }) => void): void
  removeEventListener(type: 'pageshow', listener: (event: { readonly persisted: boolean }) => void): void
}

/** `setTimeout` and `clearTimeout`, in milliseconds. */
export interface Timers {
  set(act: () => void, delay: number): unknown
  clear(timer: unknown): void
}

/** What is taken from the browser. Tests give their own parts; whatever is left out is the browser's. */
export interface Platform {
  /** Default: the global `fetch` at the time of each call. */
  readonly fetch?: (request: Request) => Promise<Response>
  /** `null`: none, as in browsers without Web Locks. Default `navigator.locks`. */
  readonly locks?: Locks | null
  /** Opens a channel to the other tabs. `null`: none. Default `BroadcastChannel`. */
  readonly channel?: ((name: string) => Channel) | null
  /** Where `pageshow` is heard. `null`: nowhere. Default `globalThis`. */
  readonly events?: PageEvents | null
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  readonly timers?: Timers
}

/** A browser, as far as it matters here; a server has no `location`. */
interface Browser extends Partial<PageEvents> {
  readonly location?: { readonly href: string; readonly origin: string }
  readonly navigator?: { readonly locks?: Locks }
  readonly BroadcastChannel?: new (name: string) => Channel
}

/** The global object, asked when a session is made and not when this module is loaded. */
export const browser = (): Browser => globalThis as unknown as Browser

/**
 * All parts, each from the caller or the browser. On a server nothing is taken: Node has channels, and an open one
 * would keep the process running; Node 24 has locks, and all users of a server would wait for one another.
 */
export function completePlatform(parts: Platform): Required<Platform> {
  const { location, navigator, BroadcastChannel, addEventListener } = browser()
  const platform = {
    fetch: (request: Request) => fetch(request),
    locks: (location && navigator?.locks) ?? null,
    channel: location && BroadcastChannel ? (name: string) => new BroadcastChannel(name) : null,
    events: location && addEventListener ? (globalThis as unknown as PageEvents) : null,
    now: () => Date.now(),
    timers: {
      set: (act: () => void, delay: number) => setTimeout(act, delay),
      clear: (timer: unknown) => clearTimeout(timer as number),
    },
  }
  assertNames(parts, platform)
  assertNames(parts.timers, platform.timers)
  return { ...platform, ...parts }
}
