import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import { parse } from 'node:querystring'
import { authorize, jwtAuth, mount } from '@countersign/koa'
import cors from '@koa/cors'
import { Router } from '@koa/router'
import type Koa from 'koa'
import { listen } from '../listen.ts'
import { METHOD_OVERRIDE, type Column, type Reply, type Tamper } from '../spec.ts'

const require = createRequire(import.meta.url)

/** A column for one release of Koa. The types are those of Koa 3. */
export function koaColumn(specifier: string): Column {
  const KoaRelease = require(specifier) as typeof Koa
  const { version } = require(`${specifier}/package.json`) as { version: string }
  return {
    name: `Koa ${version.split('.')[0]}`,
    package: '@countersign/koa',
    framework: { name: 'koa', version },
    start({ auth, foreignAuth, tamper, cors: origin, sessions: mounted, routes }, hooks) {
      const app = new KoaRelease()
      app.silent = true
      app.use(tampering(tamper))
      app.use((ctx, next) => next().catch((error: unknown) => send(ctx, hooks.onError(error))))
      if (origin !== undefined) app.use(cors({ origin }))
      const add = (router: Router, route: (typeof routes)[number], ...guards: Koa.Middleware[]) => {
        router.register(route.path, [route.method], [
          ...guards,
          (ctx: Koa.Context) => {
            const property = (auth?.property ?? 'auth') as 'auth'
            send(ctx, hooks.handle(route, ctx.state[property]))
          },
        ] as never)
      }
      const open = new Router()
      const closed = new Router()
      for (const route of routes) {
        if (route.public) add(open, route)
        else add(closed, route, ...(route.requirement ? [authorize(route.requirement)] : []))
      }
      app.use(open.routes())
      if (mounted?.renewal) app.use(mount(mounted.sessions.renewal()))
      if (mounted !== undefined) app.use(mount('/auth', mounted.sessions.routes(mounted.options)))
      if (foreignAuth !== undefined) {
        app.use((ctx, next) => {
          Object.assign(ctx.state, { auth: foreignAuth })
          return next()
        })
      }
      if (auth !== undefined) app.use(jwtAuth(auth))
      app.use(closed.routes()).use(closed.allowedMethods())
      const handle = app.callback()
      return listen(createServer((req, res) => void handle(req, res)))
    },
    startRoutes({ auth, sessions, issuer, parseBodies, earlier, tamper }) {
      const app = new KoaRelease()
      app.silent = true
      app.use(tampering(tamper))
      app.use((ctx, next) => {
        for (const [name, value] of earlier) ctx.append(name, value)
        const { method } = ctx
        Object.assign(ctx.req, { originalMethod: method, method: ctx.get(METHOD_OVERRIDE) || method })
        return next()
      })
      if (parseBodies) app.use((ctx, next) => parseBody(ctx).then(next))
      app.use(mount('/auth', sessions))
      app.use(mount(issuer))
      app.use(jwtAuth(auth))
      const handle = app.callback()
      return listen(createServer((req, res) => void handle(req, res)))
    },
  }
}

function tampering(tamper: Tamper | undefined): Koa.Middleware {
  return (ctx, next) => {
    tamper?.(ctx.res)
    return next()
  }
}

/** Koa brings no parser of bodies; this does what the usual ones do, `{}` for other types included. */
async function parseBody(ctx: Koa.Context): Promise<void> {
  const type = ctx.is('json', 'urlencoded')
  const text = type ? Buffer.concat(await ctx.req.toArray()).toString('utf8') : ''
  let body: unknown
  try {
    body = type === 'urlencoded' ? { ...parse(text) } : JSON.parse(text || '{}')
  } catch {
    ctx.throw(400)
  }
  Object.assign(ctx.request, { body })
}

function send(ctx: Pick<Koa.Context, 'set' | 'status' | 'body'>, { status, headers, body }: Reply): void {
  ctx.status = status
  ctx.body = JSON.stringify(body)
  ctx.set({ ...headers })
}

export const koa3 = koaColumn('koa')
