/** Cookies of a browser. */
export interface Jar {
  access?: string | undefined
  refresh?: string | undefined
}

interface Row {
  readonly user: string
  generation: number
  rotatedAt: number
  alive: boolean
}

/** What a request ran into before or after the server saw it. Tests hold requests back here. */
export type Pass = (moment: 'arrives' | 'answers', call: string) => Promise<void> | void

export const ORIGIN = 'https://app.test'
export const BASE = `${ORIGIN}/auth`
export const LIFETIME = 600_000
const GRACE = 30_000
const CLEARED = { access: undefined, refresh: undefined }

export interface ServerSettings {
  /** The server's clock minus the browser's, in milliseconds. */
  readonly serverOffset?: number
  /** For how long a token is not rotated again, in milliseconds. Default 30000. */
  readonly cooldown?: number
  /** Of access tokens, in milliseconds. Default {@link LIFETIME}. */
  readonly lifetime?: number
}

/**
 * The session routes and an API, with rotating refresh tokens, a cooldown and a grace period. A token older than that is
 * theft, and ends the session: `reuses` counts it.
 */
export function createFakeServer(
  now: () => number,
  { serverOffset = 0, cooldown = GRACE, lifetime = LIFETIME }: ServerSettings = {},
) {
  const rows = new Map<string, Row>()
  const clock = () => now() + serverOffset
  const server = {
    /** All requests that reached the server, such as `POST /auth/refresh`. */
    calls: [] as string[],
    requests: [] as Request[],
    bodies: [] as string[],
    reuses: 0,
    /** How many refreshes were under way at once, at most. */
    mostRefreshes: 0,
    offline: false,
    /** Whether refresh tokens are not recognized, as by a server with other secrets. */
    isBlind: false,
    /** Answers of routes that do not work as usual. */
    faults: new Map<string, () => Response>(),
    pass: (() => undefined) as Pass,
    /** Its clock, in milliseconds since the epoch. */
    time: clock,
    count: (call: string) => server.calls.filter((one) => one === call).length,
    isAlive: (jar: Jar) => Boolean(rows.get(sidOf(jar.refresh))?.alive),
    /** Access tokens so far no longer count, as when a role was taken away. */
    disableAccess: () => (minimumIssue = issued + 1),
    fetchWith: (jar: Jar) => async (request: Request) => {
      if (!request.url.endsWith('/auth/refresh')) return send(request, jar)
      server.mostRefreshes = Math.max(server.mostRefreshes, ++refreshes)
      return send(request, jar).finally(() => refreshes--)
    },
  }
  let refreshes = 0
  let issued = 0
  let minimumIssue = 0

  const problem = (status: number, code: string, facts?: object) =>
    new Response(JSON.stringify({ status, code, ...facts }), {
      status,
      headers: { 'Content-Type': 'application/problem+json' },
    })

  /** What the check of access tokens says. */
  const challenge = (code: string) => {
    const response = problem(401, code)
    const isMissing = code === 'credential_missing'
    response.headers.set('WWW-Authenticate', isMissing ? 'Bearer' : 'Bearer error="invalid_token"')
    return response
  }

  function begin(user: string): [string, Row] {
    const sid = `s${rows.size}`
    const made = { user, generation: 0, rotatedAt: clock(), alive: true }
    rows.set(sid, made)
    return [sid, made]
  }

  function signedIn(sid: string, row: Row): [Response, Jar] {
    const expiresAt = clock() + lifetime
    const body = {
      subject: row.user,
      sessionId: sid,
      user: { name: row.user },
      scopes: [],
      roles: [],
      expiresAt,
      generation: row.generation,
      sessionExpiresAt: clock() + 1000 * lifetime,
      now: clock(),
      csrfToken: `csrf-${sid}`,
    }
    const access = `${sid}|${expiresAt}|${++issued}|${JSON.stringify(body)}`
    return [Response.json(body), { access, refresh: `${sid}|${row.generation}` }]
  }

  function refresh(token: string | undefined): [Response, Jar?] {
    const row = rows.get(sidOf(token))
    if (!token) return [problem(401, 'session_ended')]
    const ended = () => [problem(401, 'session_ended', { sessionId: sidOf(token) })] satisfies [Response]
    if (server.isBlind) return [problem(401, 'session_not_recognized')]
    if (!row?.alive) return ended()
    const generation = Number(token?.split('|')[1])
    const age = clock() - row.rotatedAt
    if (generation === row.generation) {
      if (age >= cooldown) {
        row.generation++
        row.rotatedAt = clock()
      }
    } else if (generation !== row.generation - 1 || age > GRACE) {
      server.reuses++
      row.alive = false
      return ended()
    }
    return signedIn(sidOf(token), row)
  }

  /** Local verification, as the API's: it does not know of a logout before the token expires. */
  function judge(token: string | undefined): Response | string {
    const [, expiresAt, issue, ...body] = token?.split('|') ?? []
    if (!token) return challenge('credential_missing')
    if (Number(issue) < minimumIssue) return challenge('token_revoked')
    return Number(expiresAt) > clock() ? body.join('|') : challenge('token_expired')
  }

  function answer(call: string, jar: Jar, body: string): [Response, Jar?] {
    const fault = server.faults.get(call)?.()
    if (fault) return [fault]
    const row = rows.get(sidOf(jar.refresh))
    switch (call) {
      case 'POST /auth/login': {
        const { name, password } = JSON.parse(body) as { name: string; password: string }
        if (password !== 'right') return [problem(401, 'credentials_wrong')]
        if (row) row.alive = false
        return signedIn(...begin(name))
      }
      case 'POST /auth/refresh':
        return refresh(jar.refresh)
      case 'POST /auth/forget':
        return row?.alive
          ? [new Response(null, { status: 204 })]
          : [new Response(null, { status: 204 }), CLEARED]
      case 'POST /callback':
        return signedIn(...begin(body))
      case 'POST /auth/logout':
      case 'POST /auth/logout-all':
        if (row) row.alive = false
        return [new Response(null, { status: 204 }), CLEARED]
      case 'GET /auth/session':
        if (!jar.access && !jar.refresh) return [Response.json(null)]
    }
    const verdict = judge(jar.access)
    if (verdict instanceof Response) return [verdict]
    if (call === 'GET /auth/session') return [Response.json({ ...JSON.parse(verdict), now: clock() })]
    if (call === 'POST /auth/logout-others') return [new Response(null, { status: 204 })]
    if (call === 'GET /auth/sessions') {
      return [
        Response.json({ sessions: [...rows].map(([id]) => ({ id, current: id === sidOf(jar.refresh) })) }),
      ]
    }
    if (call.startsWith('DELETE /auth/sessions/')) {
      const one = rows.get(call.slice('DELETE /auth/sessions/'.length))
      if (one) one.alive = false
      return [new Response(null, { status: 204 })]
    }
    return [new Response(`${call} ${body}`)]
  }

  /** Cookies go with the request when it is sent, and come with the answer unless it was given up by then. */
  async function send(request: Request, jar: Jar): Promise<Response> {
    const sent = { ...jar }
    const call = `${request.method} ${new URL(request.url).pathname}`
    const { signal } = request
    signal.throwIfAborted()
    const body = await request.text()
    await untilAborted(signal, server.pass('arrives', call))
    if (server.offline) throw new TypeError('fetch failed')
    server.calls.push(call)
    server.requests.push(request)
    server.bodies.push(body)
    const [response, cookies] = answer(call, sent, body)
    await untilAborted(signal, server.pass('answers', call))
    if (cookies) Object.assign(jar, cookies)
    return response
  }

  return server
}

export type FakeServer = ReturnType<typeof createFakeServer>

const sidOf = (token: string | undefined) => token?.split('|')[0] ?? ''

async function untilAborted(signal: AbortSignal, work: Promise<void> | void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
    Promise.resolve(work).then(resolve, reject)
  })
  signal.throwIfAborted()
}
