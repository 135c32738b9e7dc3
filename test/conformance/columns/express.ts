import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import { authorize, jwtAuth, mount } from '@countersign/express'
import cors from 'cors'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { listen } from '../listen.ts'
import { METHOD_OVERRIDE, type Column, type Reply, type Tamper } from '../spec.ts'

type Express = typeof import('express')

const require = createRequire(import.meta.url)

/** A column for one release of Express. The types are those of Express 5. */
export function expressColumn(specifier: string): Column {
  const express = require(specifier) as Express
  const { version } = require(`${specifier}/package.json`) as { version: string }
  return {
    name: `Express ${version.split('.')[0]}`,
    package: '@countersign/express',
    framework: { name: 'express', version },
    start({ auth, foreignAuth, tamper, cors: origin, sessions: mounted, routes }, hooks) {
      const app = express()
      app.use(tampering(tamper))
      if (origin !== undefined) app.use(cors({ origin: [origin] }))
      const add = (route: (typeof routes)[number], ...guards: RequestHandler[]) => {
        const method = route.method.toLowerCase() as Lowercase<typeof route.method>
        app[method](route.path, ...guards, (req, res) => {
          const property = (auth?.property ?? 'auth') as 'auth'
          send(res, hooks.handle(route, req[property]))
        })
      }
      for (const route of routes) if (route.public) add(route)
      if (mounted?.renewal) app.use(mount(mounted.sessions.renewal()))
      if (mounted !== undefined) app.use('/auth', mount(mounted.sessions.routes(mounted.options)))
      if (foreignAuth !== undefined) {
        app.use((req, _res, next) => {
          Object.assign(req, { auth: foreignAuth })
          next()
        })
      }
      if (auth !== undefined) app.use(jwtAuth(auth))
      for (const route of routes) {
        if (route.public) continue
        add(route, ...(route.requirement ? [authorize(route.requirement)] : []))
      }
      app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
        send(res, hooks.onError(error))
      })
      return listen(createServer(app))
    },
    startRoutes({ auth, sessions, issuer, parseBodies, earlier, tamper }) {
      const app = express()
      app.set('env', 'production')
      app.use(tampering(tamper))
      app.use((req, res, next) => {
        for (const [name, value] of earlier) res.append(name, value)
        const { method } = req
        Object.assign(req, { originalMethod: method, method: req.get(METHOD_OVERRIDE) ?? method })
        next()
      })
      if (parseBodies) app.use(express.json(), express.urlencoded({ extended: true }))
      app.use('/auth', mount(sessions))
      app.use(mount(issuer))
      app.use(jwtAuth(auth))
      return listen(createServer(app))
    },
  }
}

function tampering(tamper: Tamper | undefined): RequestHandler {
  return (_req, res, next) => {
    tamper?.(res)
    next()
  }
}

function send(res: Response, { status, headers, body }: Reply): void {
  // past `res.set`, which adds a charset
  res
    .status(status)
    .setHeaders(new Map(Object.entries(headers)))
    .end(JSON.stringify(body))
}

export const express5 = expressColumn('express')
