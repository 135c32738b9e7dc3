/**
 * What the author of an adapter needs: the shell, which decides; verdicts to write; and handlers of routes. An
 * adapter has no status number, no parsing and no policy of its own.
 */
export { outcomeOf, principalOf, refusalFor, type Attacher } from './adapter/attachment.ts'
export { auditMarkOf, type AuditMark, type MarkedRoute } from './adapter/audit.ts'
export { fillHolder, isCurrentPrincipalEnabled, runInHolder } from './adapter/current-principal.ts'
export { isRouteHandler, markMount } from './adapter/handler/mark-mount.ts'
export type { BodySource } from './adapter/handler/body.ts'
export { connectMount, type ConnectMiddleware, type ConnectRequest } from './adapter/handler/connect-mount.ts'
export {
  fastifyHeaders,
  fastifyMount,
  type FastifyHeaders,
  type FastifyReply,
  type FastifyRequest,
  type FastifyScope,
} from './adapter/handler/fastify-mount.ts'
export { createHandlerRequest, type HandlerContext } from './adapter/handler/handler-request.ts'
export { assertMountPath, pathBelow, targetPath } from './adapter/handler/mount-path.ts'
export {
  goneSignal,
  nodeHandlerContext,
  sendHandlerResponse,
  type Closable,
  type NodeBodyRequest,
  type NodeHandlerContext,
  type NodeHandlerResponse,
} from './adapter/handler/node-handler.ts'
export type {
  BodyFault,
  FormBody,
  FormField,
  HandlerRequest,
  HandlerResponse,
  HandlerRoute,
  JsonBody,
  RouteHandler,
  TextBody,
} from './adapter/handler/route-handler.ts'
export { runHandler } from './adapter/handler/run-handler.ts'
export { toWebStream } from './adapter/handler/text-stream.ts'
export { addHeaders, writeHeaders, type HeaderTarget } from './adapter/headers.ts'
export { settleVerdict, type Next, type NodeResponse } from './adapter/node-answer.ts'
export type { AdapterOptions, GuardOptions, JwtAuthOptions, OnRefused } from './adapter/options.ts'
export {
  adapterOf,
  createAdapter,
  createGuard,
  type Adapter,
  type Framework,
  type Guard,
  type PrincipalAccess,
} from './adapter/shell.ts'
export { settle, type Destroyable } from './adapter/settle.ts'
export type { Pass, Refuse, Verdict } from './adapter/verdict.ts'
export { assertNames, type NamesOf } from './base/assert-names.ts'
export { createAuthenticator, type Authenticator } from './authenticator.ts'
export type { DefaultClaims } from './principal/registered-claims.ts'
export type { ClaimsOf, SchemaOutput, StandardSchema } from './claims/schema.ts'
export type { MaybePromise } from './base/maybe-promise.ts'
export { allOf, role, scope } from './guards/make-requirement.ts'
export {
  assertRequirement,
  type GuardedRequest,
  type Requirement,
  type RouteParams,
} from './guards/requirement.ts'
export type { Anonymous, Authenticated, Outcome, Refused, ResponseHeaders } from './outcome.ts'
export type { AuthenticatorOptions } from './policy/options.ts'
export type { Principal } from './principal/principal.ts'
export { AuthError, isAuthError } from './refusal/auth-error.ts'
export type { ProblemDetails, Refusal } from './refusal/refuse.ts'
export { fetchRequestView, type FetchRequest } from './request/fetch-view.ts'
export { nodeRequestView, type NodeRequest } from './request/node-view.ts'
export type { RequestView } from './request/view.ts'
