import 'reflect-metadata'
import { AuthError } from '@countersign/core'
import { Authorize, AuthException, JwtAuthGuard, JwtAuthModule, MountModule, Public } from '@countersign/nest'
import {
  Catch,
  Controller,
  HttpException,
  RequestMapping,
  RequestMethod,
  Req,
  Res,
  type ArgumentsHost,
  type DynamicModule,
  type ExecutionContext,
  type INestApplication,
  type Provider,
} from '@nestjs/common'
import { APP_FILTER, APP_GUARD, BaseExceptionFilter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import type { FastifyAdapter } from '@nestjs/platform-fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import {
  METHOD_OVERRIDE,
  type AppSpec,
  type AuthSpec,
  type Column,
  type Hooks,
  type Reply,
  type RouteSpec,
  type RunningApp,
  type SessionsSpec,
  type Tamper,
} from '../spec.ts'

const { version } = createRequire(import.meta.url)('@nestjs/core/package.json') as { version: string }

/** A column for Nest on one of its platforms. */
export function nestColumn(name: string, platform: () => ExpressAdapter | FastifyAdapter): Column {
  return {
    name,
    package: '@countersign/nest',
    framework: { name: '@nestjs/core', version },
    async start(spec, hooks) {
      const { auth, sessions: mounted } = spec
      const module = {
        module: class {},
        imports: [
          ...(auth === undefined ? [] : [JwtAuthModule.forRoot(withoutOnRefused(auth))]),
          ...(mounted === undefined ? [] : mountModules(mounted)),
        ],
        controllers: [controllerOf(spec, hooks)],
        providers: providersOf(spec, hooks),
      }
      const app = await NestFactory.create(module, platform() as ExpressAdapter, OPTIONS)
      app.use(tampering(spec.tamper))
      if (spec.cors !== undefined) app.enableCors({ origin: [spec.cors] })
      return listen(app)
    },
    async startRoutes({ auth, sessions, issuer, parseBodies, earlier, tamper }) {
      const module = {
        module: class {},
        imports: [
          JwtAuthModule.forRoot(withoutOnRefused(auth)),
          MountModule.forRoot({ path: 'auth', handler: sessions }),
          MountModule.forRoot({ handler: issuer }),
        ],
        providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }],
      }
      const app = await NestFactory.create(module, platform() as ExpressAdapter, {
        ...OPTIONS,
        bodyParser: parseBodies,
      })
      app.use(tampering(tamper))
      app.use((req: IncomingMessage, res: ServerResponse, next: () => void) => {
        for (const [header, value] of earlier) res.appendHeader(header, value)
        const { method, headers } = req
        Object.assign(req, { originalMethod: method, method: headers[METHOD_OVERRIDE] ?? method })
        next()
      })
      return listen(app)
    },
  }
}

function tampering(tamper: Tamper | undefined) {
  return (_req: IncomingMessage, res: ServerResponse, next: () => void): void => {
    tamper?.(res)
    next()
  }
}

const OPTIONS = { logger: false, abortOnError: false, forceCloseConnections: true } as const

async function listen(app: INestApplication): Promise<RunningApp> {
  await app.listen(0, '127.0.0.1')
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address()
  return { port, stop: () => app.close() }
}

/** Nest always throws, so it has no such option. */
function withoutOnRefused({ onRefused: _onRefused, ...rest }: AuthSpec): Omit<AuthSpec, 'onRefused'> {
  return rest
}

function mountModules({ sessions, options, renewal }: SessionsSpec): DynamicModule[] {
  return [
    ...(renewal ? [MountModule.forRoot({ handler: sessions.renewal() })] : []),
    MountModule.forRoot({ path: 'auth', handler: sessions.routes(options) }),
  ]
}

type Handler = (req: Record<string, unknown>, res: PlatformResponse) => unknown

/** A controller with a method for each route, its decorators applied by hand. */
function controllerOf({ auth, routes }: AppSpec, hooks: Hooks): new () => object {
  class RoutesController {}
  const prototype = RoutesController.prototype as Record<string, Handler>
  for (const [i, route] of routes.entries()) {
    const key = `handle${i}`
    prototype[key] = (req, res) => {
      const reply = hooks.handle(route, req[auth?.property ?? 'auth'])
      send(res, reply)
      return reply.body
    }
    Req()(prototype, key, 0)
    Res({ passthrough: true })(prototype, key, 1)
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key)!
    for (const decorate of decoratorsOf(route)) decorate(prototype, key, descriptor)
  }
  Controller()(RoutesController)
  return RoutesController
}

function decoratorsOf({ method, path, public: isPublic, requirement }: RouteSpec): MethodDecorator[] {
  return [
    RequestMapping({ path, method: RequestMethod[method] }),
    ...(isPublic ? [Public()] : []),
    ...(requirement === undefined ? [] : [Authorize(requirement)]),
  ]
}

function providersOf({ auth, foreignAuth }: AppSpec, hooks: Hooks): Provider[] {
  class HooksFilter extends BaseExceptionFilter {
    override catch(exception: unknown, host: ArgumentsHost): void {
      const thrown = auth?.onRefused === 'throw' && exception instanceof AuthException
      // oxlint-disable-next-line promise/valid-params -- this is no promise
      if (!thrown && exception instanceof HttpException) return super.catch(exception, host)
      const reply = hooks.onError(thrown ? toAuthError(exception) : exception)
      const res = host.switchToHttp().getResponse<PlatformResponse>()
      send(res, reply)
      res.send(JSON.stringify(reply.body))
    }
  }
  Catch()(HooksFilter)
  /** Stands for a guard of somebody else that leaves a principal of its own. */
  const foreignGuard = {
    canActivate: (context: ExecutionContext) => {
      Object.assign(context.switchToHttp().getRequest<object>(), { auth: foreignAuth })
      return true
    },
  }
  return [
    { provide: APP_FILTER, useClass: HooksFilter },
    ...(foreignAuth === undefined ? [] : [{ provide: APP_GUARD, useValue: foreignGuard }]),
    ...(auth === undefined ? [] : [{ provide: APP_GUARD, useClass: JwtAuthGuard }]),
  ]
}

/** Nest's exceptions have a class of their own; the replayer knows that of the other frameworks. */
function toAuthError(exception: AuthException): AuthError {
  const { headers, body } = exception
  return new AuthError({ status: exception.getStatus(), headers, body })
}

interface PlatformResponse {
  status(code: number): unknown
  header(name: string, value: string): unknown
  send(body: string): unknown
}

function send(res: PlatformResponse, { status, headers }: Reply): void {
  res.status(status)
  for (const [name, value] of Object.entries(headers)) res.header(name, value)
}

export const nestExpress = nestColumn('Nest 12 on Express', () => new ExpressAdapter())
