import {
  createSession,
  type Channel,
  type PageEvent,
  type PageListener,
  type Platform,
  type Session,
} from '@countersign/client'
import { createFakeLocks } from './fake-locks.ts'
import {
  BASE,
  createFakeServer,
  ORIGIN,
  type FakeServer,
  type Jar,
  type ServerSettings,
} from './fake-server.ts'

export interface User {
  readonly name: string
}

export interface Tab extends Session<User> {
  /** The page comes back from the back/forward cache. */
  comeBack(): void
  /** The window gets the focus, as when a popup closes. */
  focus(): void
  /** The page is shown or hidden. */
  show(isShown: boolean): void
  /** The tab dies: its requests are given up, and its locks let go. */
  die(): void
}

interface Timer {
  readonly at: number
  act(): void
}

export interface Settings extends ServerSettings {
  readonly locks?: boolean
  readonly channels?: boolean
  /** When a message of one tab reaches another. */
  readonly onMessage?: (deliver: () => void) => void
  /**
   * Told of a request to the API that was let in, as it was sent: the header `X-Shown`, which session the tab had heard of
   * last, and which one was in the cookies.
   */
  readonly onAction?: (action: {
    readonly shown: string | null
    readonly heard: string | undefined
    readonly cookies: string | undefined
  }) => void
}

/** A browser with one jar of cookies, tabs that share locks and channels, and a clock that only tests move. */
export function createBrowser({
  locks: hasLocks = true,
  channels: hasChannels = true,
  onMessage = (deliver) => queueMicrotask(deliver),
  onAction = () => undefined,
  ...settings
}: Settings = {}) {
  let time = 1_800_000_000_000
  /** What the clock of the day was set forward by. */
  let shift = 0
  let timers: Timer[] = []
  const now = () => time + shift
  const jar: Jar = {}
  const server = createFakeServer(() => time, settings)
  const locks = createFakeLocks()
  const channels = new Set<(data: unknown) => void>()
  let opened = 0

  function openChannel(note: (data: unknown) => void): Channel {
    let hear: ((data: unknown) => void) | undefined
    let isClosed = false
    return {
      addEventListener(_type, listener) {
        hear = (data) => {
          note(Object(data)['document'])
          listener({ data })
        }
        channels.add(hear)
      },
      postMessage(data) {
        if (isClosed) throw new Error('InvalidStateError')
        const copy: unknown = structuredClone(data)
        for (const other of channels) {
          if (other !== hear) onMessage(() => channels.has(other) && other(copy))
        }
      },
      close() {
        isClosed = true
        if (hear) channels.delete(hear)
      },
    }
  }

  function open(parts: Platform = {}, options: { readonly keepAlive?: boolean } = {}): Tab {
    const name = `tab ${++opened}`
    const death = new AbortController()
    let listeners: (readonly [PageEvent, PageListener])[] = []
    const happen = (type: PageEvent, event = {}): void =>
      listeners.forEach(([one, listener]) => one === type && listener(event))
    let isShown = true
    const send = server.fetchWith(jar)
    let heard: string | undefined
    const note = (document: unknown): void => {
      heard = Object(document)['sessionId'] ?? heard
    }
    async function fetchAs(request: Request): Promise<Response> {
      const action = {
        shown: request.headers.get('X-Shown'),
        heard,
        cookies: jar.access?.split('|')[0],
      }
      const response = await send(
        new Request(request, { signal: AbortSignal.any([request.signal, death.signal]) }),
      )
      if (request.url.includes('/api/') && response.ok) onAction(action)
      if (request.url.includes('/auth/') && response.ok && response.status !== 204)
        note(
          await response
            .clone()
            .json()
            .catch(() => undefined),
        )
      return response
    }
    const session = createSession<User>({
      base: BASE,
      ...options,
      platform: {
        fetch: fetchAs,
        locks: hasLocks ? locks.of(name) : null,
        channel: hasChannels ? () => openChannel(note) : null,
        events: {
          addEventListener: (type, listener) => void listeners.push([type, listener]),
          removeEventListener(type, listener) {
            listeners = listeners.filter((one) => one[0] !== type || one[1] !== listener)
          },
        },
        isVisible: () => isShown,
        now,
        monotonic: () => time,
        timers: {
          set(act, delay) {
            const timer = { at: time + delay, act }
            timers.push(timer)
            return timer
          },
          clear(timer) {
            timers = timers.filter((other) => other !== timer)
          },
        },
        ...parts,
      },
    })
    return Object.create(session, {
      comeBack: { value: () => happen('pageshow', { persisted: true }) },
      focus: { value: () => happen('focus') },
      show: {
        value(shown: boolean) {
          isShown = shown
          happen('visibilitychange')
        },
      },
      die: {
        value() {
          session.close()
          death.abort(new Error('the tab died'))
          locks.kill(name)
        },
      },
    }) as Tab
  }

  return {
    jar,
    server,
    locks,
    open,
    /** Opens tabs of which the first signs in. */
    async signedIn(count = 1): Promise<[Tab, ...Tab[]]> {
      const [first, ...others] = Array.from({ length: count }, () => open())
      if (!first) throw new Error('at least one tab')
      await first.login({ name: 'ada', password: 'right' })
      await Promise.all(others.map((tab) => tab.ready()))
      for (const list of [server.calls, server.requests, server.bodies]) list.length = 0
      return [first, ...others]
    },
    /** Somebody signs in without any page of ours: the callback of an identity provider sets the cookies. */
    callback: (user: string) =>
      server.fetchWith(jar)(new Request(`${ORIGIN}/callback`, { method: 'POST', body: user })),
    /** Sets the clock of the day, which pages see, forward or back. */
    setClock: (by: number) => void (shift += by),
    /** Lets time pass. */
    advance(by: number) {
      time += by
      const due = timers.filter(({ at }) => at <= time)
      timers = timers.filter(({ at }) => at > time)
      for (const { act } of due) act()
    },
    timers: () => timers.length,
  }
}

/** A point at which requests wait until the test lets them go. */
export function createBarrier(server: FakeServer, moment: 'arrives' | 'answers', call: string) {
  let arrive = () => undefined as void
  let open = () => undefined as void
  const reached = new Promise<void>((resolve) => (arrive = resolve))
  const opened = new Promise<void>((resolve) => (open = resolve))
  server.pass = (when, what) => {
    if (when !== moment || what !== call) return undefined
    arrive()
    return opened
  }
  return {
    /** Resolves when the first request waits. */
    reached,
    open: () => {
      server.pass = () => undefined
      open()
    },
  }
}
