import { authorize, jwtAuth, mount } from '@countersign/hono'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono, type Context, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { listen } from '../listen.ts'
import { METHOD_OVERRIDE, type Column, type Reply, type Tamper } from '../spec.ts'

const manifest = new URL('../../node_modules/hono/package.json', import.meta.url)
const { version } = JSON.parse(readFileSync(fileURLToPath(manifest), 'utf8')) as { version: string }

export const hono4: Column = {
  name: 'Hono 4',
  package: '@countersign/hono',
  framework: { name: 'hono', version },
  start({ auth, foreignAuth, tamper, cors: origin, sessions: mounted, routes }, hooks) {
    const app = new Hono<{ Bindings: HttpBindings }>()
    app.use(tampering(tamper))
    app.onError((error, c) => send(c, hooks.onError(error)))
    if (origin !== undefined) app.use(cors({ origin: [origin] }))
    const property = (auth?.property ?? 'auth') as 'auth'
    const add = (route: (typeof routes)[number]) => {
      const guards = route.requirement && !route.public ? [authorize(route.requirement)] : []
      app.on(route.method, [route.path], ...guards, (c: Context) =>
        send(c, hooks.handle(route, c.get(property))),
      )
    }
    for (const route of routes) if (route.public) add(route)
    if (mounted?.renewal) app.route('/', mount(mounted.sessions.renewal()))
    if (mounted !== undefined) app.route('/auth', mount(mounted.sessions.routes(mounted.options)))
    if (foreignAuth !== undefined) {
      app.use((c, next) => {
        c.set('auth', foreignAuth as never)
        return next()
      })
    }
    if (auth !== undefined) app.use(jwtAuth(auth))
    for (const route of routes) if (!route.public) add(route)
    const handle = getRequestListener(app.fetch, { overrideGlobalObjects: false })
    return listen(createServer((req, res) => void handle(req, res)))
  },
  startRoutes({ auth, sessions, issuer, parseBodies, earlier, tamper }) {
    const app = new Hono<{ Bindings: HttpBindings }>()
    app.use(tampering(tamper))
    app.use((c, next) => {
      for (const [name, value] of earlier) c.header(name, value, { append: true })
      return next()
    })
    if (parseBodies) app.use((c, next) => parseBody(c).then(next))
    app.route('/auth', mount(sessions))
    app.route('/', mount(issuer))
    app.use(jwtAuth(auth))
    /** What Hono's own method-override does: another request in place of the first. */
    const fetch: typeof app.fetch = (request, env) => {
      const method = request.headers.get(METHOD_OVERRIDE)
      return app.fetch(method === null ? request : new Request(request.url, { method }), env)
    }
    const handle = getRequestListener(fetch, { overrideGlobalObjects: false })
    return listen(createServer((req, res) => void handle(req, res)))
  },
}

function tampering(tamper: Tamper | undefined): MiddlewareHandler<{ Bindings: HttpBindings }> {
  return (c, next) => {
    tamper?.(c.env.outgoing)
    return next()
  }
}

/** Hono has no parser that runs ahead; its middleware reads by `c.req`. */
async function parseBody({ req }: Context): Promise<void> {
  await (req.header('content-type')?.startsWith('application/x-www-form-urlencoded')
    ? req.parseBody()
    : req.text())
}

function send(c: Context, { status, headers, body }: Reply): Response {
  return c.newResponse(JSON.stringify(body), status as 200, headers)
}
