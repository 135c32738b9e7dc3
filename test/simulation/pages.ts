import { createSession, type Channel, type Locks, type Session } from '@countersign/client'
import { jwtAuth, mount } from '@countersign/hono'
import { createSessions } from '@countersign/sessions'
import { memoryStore } from '@countersign/stores'
import type { Scheduler } from 'fast-check'
import { Hono } from 'hono'
import { START } from './timeline.ts'

const ORIGIN = 'https://app.example.com'
const OLD = 'the old secret of the simulation, of more than 32 bytes'
const NEW = 'the new secret of the simulation, of more than 32 bytes'

/** What happens next. `who` chooses a tab. */
export interface Act {
  readonly type: 'act' | 'login' | 'callback' | 'logout' | 'focus' | 'expire' | 'clock' | 'outage' | 'secret'
  readonly who: number
}

interface Tab {
  readonly session: Session
  readonly focus: () => void
  /** The session that it heard of last, from the server or another tab. */
  heard: string | undefined
}

/** A browser with three tabs that run the real client, and the real server. Requests wait for the scheduler. */
export function createPages(scheduler: Scheduler) {
  let time = START
  let shift = 0
  let isDown = false
  let isReplaced = false
  let isScheduled = false
  const jar = new Map<string, string>()
  const wrong: string[] = []
  const store = memoryStore({ now: () => time, dangerouslyAllowInProduction: true })

  /** A server of the application, with a callback of an identity provider. */
  function createServer(secrets: readonly string[]) {
    const now = (): number => time
    const sessions = createSessions({ issuer: ORIGIN, origin: ORIGIN, store, secrets, now })
    const app = new Hono()
    const login = (credentials: unknown) => ({ subject: String(Object(credentials)['user']) })
    app.route('/auth', mount(sessions.routes({ login })))
    app.post('/callback/:user', async (c) => {
      const started = await sessions.start({ subject: c.req.param('user') })
      for (const cookie of sessions.cookies(started)) c.header('Set-Cookie', cookie, { append: true })
      return c.body(null, 204)
    })
    const auth = jwtAuth({ ...sessions.verification(), now })
    app.use('/act', auth)
    app.post('/act', (c) => c.text(String(auth.of(c).sessionId)))
    return app
  }
  const whole = createServer([NEW, OLD])
  const first = createServer([OLD])
  const replaced = createServer([NEW])
  let isFirst = true

  const delay = async (): Promise<void> => (isScheduled ? scheduler.schedule(Promise.resolve()) : undefined)

  async function send(request: Request): Promise<Response> {
    const headers = new Headers(request.headers)
    headers.set('Cookie', [...jar].map((pair) => pair.join('=')).join('; '))
    headers.set('Sec-Fetch-Site', 'same-origin')
    const body = request.method === 'GET' ? null : await request.text()
    await delay()
    const server = isReplaced ? replaced : isFirst ? first : whole
    const response = isDown
      ? new Response('', { status: 503 })
      : await server.fetch(new Request(request.url, { method: request.method, headers, body: body || null }))
    await delay()
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }

  const channels = new Set<(data: unknown) => void>()
  function openChannel(note: (document: unknown) => void): Channel {
    let hear: ((data: unknown) => void) | undefined
    return {
      addEventListener(_type, listener) {
        hear = (data) => {
          note(Object(data)['document'])
          listener({ data })
        }
        channels.add(hear)
      },
      postMessage(data) {
        for (const other of channels) {
          if (other !== hear) void delay().then(() => channels.has(other) && other(structuredClone(data)))
        }
      },
      close: () => void (hear && channels.delete(hear)),
    }
  }

  let last: Promise<unknown> = Promise.resolve()
  let holders = 0
  const locks: Locks = {
    async request(_name, { ifAvailable }, run) {
      if (ifAvailable && holders > 0) return run(null)
      holders++
      const turn = last.then(() => run({}))
      last = turn.catch(() => undefined).finally(() => holders--)
      return turn
    },
  }

  function openTab(): Tab {
    const listeners: (() => void)[] = []
    const tab = { heard: undefined as string | undefined }
    const note = (document: unknown): void => {
      tab.heard = Object(document)['sessionId'] ?? tab.heard
    }
    async function fetch(request: Request): Promise<Response> {
      const { heard } = tab
      const shown = request.headers.get('X-Shown')
      const response = await send(request)
      if (request.url.endsWith('/act') && response.ok && shown !== null) {
        const did = await response.clone().text()
        if (did !== shown && did === heard) wrong.push(`${shown} shown, ${did} acted`)
      } else if (response.ok && response.status === 200) note(await response.clone().json())
      return response
    }
    const session = createSession({
      base: `${ORIGIN}/auth`,
      platform: {
        fetch,
        locks,
        channel: () => openChannel(note),
        events: {
          addEventListener: (type, listener) => void (type === 'focus' && listeners.push(() => listener({}))),
          removeEventListener: () => undefined,
        },
        now: () => time + shift,
        monotonic: () => time,
        // no call hangs here
        timers: { set: () => undefined, clear: () => undefined },
      },
    })
    return Object.assign(tab, { session, focus: () => listeners.forEach((listener) => listener()) })
  }
  const tabs = [openTab(), openTab(), openTab()]

  /** What a tab does with what it shows. */
  const act = ({ session }: Tab): Promise<Response> =>
    session.fetch(`${ORIGIN}/act`, {
      method: 'POST',
      ...(session.current && { headers: { 'X-Shown': session.current.sessionId } }),
    })

  const signInElsewhere = (user: string): Promise<Response> =>
    send(new Request(`${ORIGIN}/callback/${user}`, { method: 'POST' }))

  async function take({ type, who }: Act): Promise<unknown> {
    const index = who % tabs.length
    const tab = tabs[index]!
    switch (type) {
      case 'act':
        return act(tab)
      case 'login':
        return tab.session.login({ user: `user ${who}` })
      case 'callback': {
        // the page goes to an identity provider and comes back: another page
        tab.session.close()
        const next = (tabs[index] = openTab())
        await signInElsewhere(`user-${who}`)
        return next.session.ready()
      }
      case 'logout':
        return tab.session.logout()
      case 'focus':
        return tab.focus()
      case 'expire':
        return void (time += 601_000)
      case 'clock':
        return void (shift += (who - 50) * 60_000)
      case 'outage':
        return void (isDown = !isDown)
      case 'secret':
        isFirst = false
        return void (isReplaced = !isReplaced)
    }
  }

  return {
    wrong,
    tabs,
    act,
    /** Signs a user in, and lets all tabs know. */
    async begin(): Promise<void> {
      await tabs[0]!.session.login({ user: 'ann' })
      await Promise.all(tabs.map(({ session }) => session.ready()))
    },
    /** Lets everything happen, in an order that is the scheduler's. */
    async live(acts: readonly Act[]): Promise<void> {
      isScheduled = true
      const running: Promise<unknown>[] = []
      for (const one of acts) {
        running.push(take(one).catch(() => undefined))
        if (scheduler.count() > 0) await scheduler.waitOne()
      }
      await scheduler.waitFor(Promise.all(running))
      await scheduler.waitIdle()
      isScheduled = false
    },
    /** The server is whole again: it knows both secrets. */
    mend(): void {
      isDown = isReplaced = isFirst = false
    },
  }
}
