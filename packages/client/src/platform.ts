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
  /** Node's own channels have it. */
  unref?(): void
}

/** What is listened to: `focus` and `pageshow` of the window, and `visibilitychange`, which comes to it from the document. */
export type PageEvent = 'focus' | 'pageshow' | 'visibilitychange'

/** Hears an event of the page. */
export type PageListener = (event: { readonly persisted?: boolean }) => void

/** The part of `globalThis` as an event target that is used. */
export interface PageEvents {
  addEventListener(type: PageEvent, listener: PageListener): void
  removeEventListener(type: PageEvent, listener: PageListener): void
}

/** Two clocks, in milliseconds. */
export interface Clocks {
  /** The time of day, since the epoch. It may be set forward and back. */
  readonly now: () => number
  /** Time since some moment. It only goes forward, and may stand still while the machine sleeps. */
  readonly monotonic: () => number
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
  /** Where events of the page are heard. `null`: nowhere. Default `globalThis`. */
  readonly events?: PageEvents | null
  /** Whether the page is visible. Default: as `document.visibilityState` says. */
  readonly isVisible?: () => boolean
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** A clock that only goes forward, in milliseconds. Default `performance.now`. */
  readonly monotonic?: () => number
  readonly timers?: Timers
}

/** A browser, as far as it matters here; a server has no `location`. */
interface Browser extends Partial<PageEvents> {
  readonly location?: { readonly href: string; readonly origin: string }
  readonly document?: { readonly visibilityState: string; readonly baseURI: string }
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
  const { location, BroadcastChannel, addEventListener } = browser()
  const platform = {
    fetch: (request: Request) => fetch(request),
    locks: location ? locksOf(browser()) : null,
    channel: location && BroadcastChannel ? (name: string) => new BroadcastChannel(name) : null,
    events: location && addEventListener ? (globalThis as unknown as PageEvents) : null,
    isVisible: () => browser().document?.visibilityState === 'visible',
    now: () => Date.now(),
    monotonic: () => performance.now(),
    timers: {
      set: (act: () => void, delay: number) => setTimeout(act, delay),
      clear: (timer: unknown) => clearTimeout(timer as number),
    },
  }
  assertNames(parts, platform)
  assertNames(parts.timers, platform.timers)
  return { ...platform, ...parts }
}

/** Sandboxed documents may refuse even to be asked. */
function locksOf({ navigator }: Browser): Locks | null {
  try {
    return navigator?.locks ?? null
  } catch {
    return null
  }
}
