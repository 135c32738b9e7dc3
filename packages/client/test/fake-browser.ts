import {
  createSession,
  type Channel,
  type PageEvents,
  type Platform,
  type Session,
} from '@countersign/client'
import { createFakeLocks } from './fake-locks.ts'
import { BASE, createFakeServer, type FakeServer, type Jar, type ServerSettings } from './fake-server.ts'

export interface User {
  readonly name: string
}

export interface Tab extends Session<User> {
  /** The page comes back from the back/forward cache. */
  comeBack(): void
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
}

/** A browser with one jar of cookies, tabs that share locks and channels, and a clock that only tests move. */
export function createBrowser({
  locks: hasLocks = true,
  channels: hasChannels = true,
  onMessage = (deliver) => queueMicrotask(deliver),
  ...settings
}: Settings = {}) {
  let time = 1_800_000_000_000
  let timers: Timer[] = []
  const now = () => time
  const jar: Jar = {}
  const server = createFakeServer(now, settings)
  const locks = createFakeLocks()
  const channels = new Set<(data: unknown) => void>()
  let opened = 0

  function openChannel(): Channel {
    let hear: ((data: unknown) => void) | undefined
    let isClosed = false
    return {
      addEventListener(_type, listener) {
        hear = (data) => listener({ data })
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

  function open(parts: Platform = {}): Tab {
    const name = `tab ${++opened}`
    const death = new AbortController()
    const listeners = new Set<Parameters<PageEvents['addEventListener']>[1]>()
    const send = server.fetchWith(jar)
    const session = createSession<User>({
      base: BASE,
      platform: {
        fetch: (request) =>
          send(new Request(request, { signal: AbortSignal.any([request.signal, death.signal]) })),
        locks: hasLocks ? locks.of(name) : null,
        channel: hasChannels ? openChannel : null,
        events: {
          addEventListener: (_type, listener) => void listeners.add(listener),
          removeEventListener: (_type, listener) => void listeners.delete(listener),
        },
        now,
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
      comeBack: { value: () => listeners.forEach((listener) => listener({ persisted: true })) },
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
