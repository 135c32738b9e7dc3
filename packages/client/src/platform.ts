import { assertNames } from './option-error.ts'

/** The part of `navigator.locks` (Web Locks) that we use. */
export interface Locks {
  request<T>(
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    run: (lock: unknown) => Promise<T>,
  ): Promise<T>
}

/** The part of `BroadcastChannel` that we use. */
export interface Channel {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  postMessage(message: unknown): void
  close(): void
  /** Only Node's channels have it. */
  unref?(): void
}

/**
 * The events we listen to: `focus` and `pageshow` of the window, and `visibilitychange`, which bubbles up from the
 * document.
 */
export type PageEvent = 'focus' | 'pageshow' | 'visibilitychange'

/** Receives an event of the page. */
export type PageListener = (event: { readonly persisted?: boolean }) => void

/** The part of `globalThis` as an event target that we use. */
export interface PageEvents {
  addEventListener(type: PageEvent, listener: PageListener): void
  removeEventListener(type: PageEvent, listener: PageListener): void
}

/** Two clocks, in milliseconds. */
export interface Clocks {
  /** The time of day, since the epoch. It can be set forward and back. */
  readonly now: () => number
  /** The time since an arbitrary moment. It never goes back, and may stop while the machine sleeps. */
  readonly monotonic: () => number
}

/** `setTimeout` and `clearTimeout`, in milliseconds. */
export interface Timers {
  set(act: () => void, delay: number): unknown
  clear(timer: unknown): void
}

/** The parts of the browser that we use. Tests can replace each of them; the default is the browser's own. */
export interface Platform {
  /** Default: the global `fetch`, looked up at each call. */
  readonly fetch?: (request: Request) => Promise<Response>
  /** `null`: no locks, as in browsers without Web Locks. Default `navigator.locks`. */
  readonly locks?: Locks | null
  /** Opens a channel to the other tabs. `null`: no channel. Default `BroadcastChannel`. */
  readonly channel?: ((name: string) => Channel) | null
  /** Where to listen for events of the page. `null`: do not listen. Default `globalThis`. */
  readonly events?: PageEvents | null
  /** Whether the page is visible. Default: read from `document.visibilityState`. */
  readonly isVisible?: () => boolean
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** A clock that never goes back, in milliseconds. Default `performance.now`. */
  readonly monotonic?: () => number
  readonly timers?: Timers
}

/** The parts of a browser that we use; a server has no `location`. */
interface Browser extends Partial<PageEvents> {
  readonly location?: { readonly href: string; readonly origin: string }
  readonly document?: { readonly visibilityState: string; readonly baseURI: string }
  readonly navigator?: { readonly locks?: Locks }
  readonly BroadcastChannel?: new (name: string) => Channel
}

/** The global object, read when a session is created and not when this module is loaded. */
export const browser = (): Browser => globalThis as unknown as Browser

/**
 * All parts, each from the caller or the browser. On a server there are no defaults for channels and locks: an open
 * channel would keep a Node process running, and with the locks of Node 24 all users of a server would wait for one
 * another.
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

/** Sandboxed documents may throw when `navigator.locks` is read. */
function locksOf({ navigator }: Browser): Locks | null {
  try {
    return navigator?.locks ?? null
  } catch {
    return null
  }
}
