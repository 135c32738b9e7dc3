/**
 * What a column of the conformance table has to build, in no framework's words.
 *
 * A column is one file in `columns/`: it turns an {@link AppSpec} into a listening server of its framework, by the
 * means that the framework's users have (its middleware, plugin or decorators, its router, its error channel), and
 * nothing else. The table of rows is then replayed against it over sockets. What a column must do:
 *
 * 1. Register the routes with `public: true` as the framework's users declare public routes: before `jwtAuth()` in
 *    Express, Koa and Hono, by `@Public()` in Nest, by `config: { auth: false }` in Fastify.
 * 2. Where there is `auth`, authenticate all other routes with these options. Where there is none, register no
 *    authenticator: guards must then fail closed.
 * 3. Put the framework's guard in front of each route that has a `requirement`.
 * 4. Let each handler call `hooks.handle(route, auth)`, where `auth` is what the framework's users read as the
 *    principal (`req.auth`, `ctx.state.auth`, `c.var.auth`; the name is `auth.property` where that is set), and send
 *    the {@link Reply} with the framework's usual means for JSON. The framework's own HEAD is to be left as it is.
 * 5. Let the framework's error channel call `hooks.onError(error)` and send that reply.
 * 6. Where there are `sessions`, mount their routes at `/auth`, and renewal where it is asked for: both ahead of `auth`.
 * 7. Where there is `tamper`, hand it Node's response before anything else runs, by middleware or a hook.
 * 8. Where there is `cors`, allow that origin by what the framework's users have for CORS, ahead of `auth`.
 * 9. Listen on 127.0.0.1, port 0.
 *
 * It hands our functions nothing that users would not: a guard takes its requirement, and no options.
 *
 * And it mounts routes that know no framework; see {@link RoutesSpec}.
 */
import type { AuthenticatorOptions, Requirement } from '@countersign/core'
import type { AdapterOptions, RouteHandler } from '@countersign/core/adapter'
import type { SessionRouteOptions, Sessions } from '@countersign/sessions'
import type { ServerResponse } from 'node:http'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'

/** A route and what its handler answers. */
export interface RouteSpec {
  readonly method: Method
  /** Literal, but for parameters that are whole segments: `/items/:id`. No patterns. */
  readonly path: string
  /** Nobody is asked for anything here. */
  readonly public?: true
  readonly requirement?: Requirement
  /** Headers that the handler sets itself. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Options of the framework's `jwtAuth`. */
export type AuthSpec = AuthenticatorOptions & AdapterOptions

/** Real sessions, their routes at `/auth`, mounted by the adapter as its users do. */
export interface SessionsSpec {
  readonly sessions: Sessions
  readonly options: SessionRouteOptions
  /** Whether expired cookies are renewed before `auth` is asked. */
  readonly renewal?: true
}

/** What faulty middleware of the application does to Node's response, before our part runs. */
export type Tamper = (res: ServerResponse) => void

/** One application: at most one policy, and routes. */
export interface AppSpec {
  readonly auth?: AuthSpec
  readonly sessions?: SessionsSpec
  /** What another library leaves under the principal's name before our part runs, as its middleware would. */
  readonly foreignAuth?: object
  readonly tamper?: Tamper
  /** The origin whose pages may read responses. */
  readonly cors?: string
  readonly routes: readonly RouteSpec[]
}

/** What a handler or an error handler sends. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A JSON value. */
  readonly body: unknown
}

/** What the replayer puts into handlers, to see that they ran and what they were given. */
export interface Hooks {
  handle(route: RouteSpec, auth: unknown): Reply
  onError(error: unknown): Reply
}

/**
 * An application with routes of sessions at `/auth`, and those of an issuer at the root, mounted by the adapter as its
 * users do. Everything else on it is to be protected, by the means of the framework for that. Errors are left to the
 * framework, as it answers them in production.
 */
export interface RoutesSpec {
  readonly auth: AuthSpec
  readonly sessions: RouteHandler
  readonly issuer: RouteHandler
  /** Whether the framework's usual parsers of JSON and of forms run before the routes, where that can be chosen. */
  readonly parseBodies: boolean
  readonly tamper?: Tamper
  /** Header lines that somebody sets on every answer before the routes run, as the framework's middleware would. */
  readonly earlier: readonly (readonly [name: 'Set-Cookie' | 'Vary', value: string])[]
}

/** The header of a request by which something like `method-override` changes the method before the routes run. */
export const METHOD_OVERRIDE = 'x-http-method-override'

export interface Column {
  readonly name: string
  /** The package of ours that is on trial. */
  readonly package: string
  /** Name and version of the framework, as its package.json has them. */
  readonly framework: { readonly name: string; readonly version: string }
  start(app: AppSpec, hooks: Hooks): Promise<RunningApp>
  startRoutes(app: RoutesSpec): Promise<RunningApp>
}

export interface RunningApp {
  readonly port: number
  stop(): Promise<void>
}

/**
 * A row that a framework answers otherwise, for a reason that lies in the framework.
 * Empty is the aim: same verdict everywhere.
 */
export interface Difference {
  readonly column: string
  /** Title of the row, or a part of it that several share. */
  readonly row: string
  readonly status?: number
  readonly body?: object
  readonly reason: string
}

/** A header that a framework sends otherwise in every row, for a reason that lies in the framework. */
export interface HeaderDifference {
  readonly column: string
  readonly header: string
  /** The value that rows expect. */
  readonly from: string
  /** The value that this column sends in its place. */
  readonly to: string
  readonly reason: string
}
