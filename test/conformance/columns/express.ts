import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import { authorize, issuerRoutes, jwtAuth, sessionRenewal, sessionRoutes } from '@countersign/express'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { listen } from '../listen.ts'
import { METHOD_OVERRIDE, type Column, type Reply } from '../spec.ts'

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
    start({ auth, foreignAuth, sessions: mounted, routes }, hooks) {
      const app = express()
      const add = (route: (typeof routes)[number], ...guards: RequestHandler[]) => {
        const method = route.method.toLowerCase() as Lowercase<typeof route.method>
        app[method](route.path, ...guards, (req, res) => {
          const property = (auth?.property ?? 'auth') as 'auth'
          send(res, hooks.handle(route, req[property]))
        })
      }
      for (const route of routes) if (route.public) add(route)
      if (mounted?.renewal) app.use(sessionRenewal(mounted.sessions))
      if (mounted !== undefined) app.use('/auth', sessionRoutes(mounted.sessions, mounted.options))
      if (foreignAuth !== undefined) {
        app.use((req, _res, next) => {
          Object.assign(req, { auth: foreignAuth })
          next()
        })
      }
      if (auth !== undefined) app.use(jwtAuth(auth))
      const guardOptions = auth?.onRefused === undefined ? {} : { onRefused: auth.onRefused }
      for (const route of routes) {
        if (route.public) continue
        add(route, ...(route.requirement ? [authorize(route.requirement, guardOptions)] : []))
      }
      app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
        send(res, hooks.onError(error))
      })
      return listen(createServer(app))
    },
    startRoutes({ auth, sessions, greeting, issuer, parseBodies, earlier }) {
      const app = express()
      app.set('env', 'production')
      app.use((req, res, next) => {
        for (const [name, value] of earlier) res.append(name, value)
        const { method } = req
        Object.assign(req, { originalMethod: method, method: req.get(METHOD_OVERRIDE) ?? method })
        next()
      })
      if (parseBodies) app.use(express.json())
      app.use('/auth', sessionRoutes(sessions, { greeting }))
      app.use(issuerRoutes(issuer))
      app.use(jwtAuth(auth))
      return listen(createServer(app))
    },
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
