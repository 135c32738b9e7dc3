/**
 * What the author of an adapter needs: a view of the request, the authenticator, where outcomes are left, and refusals
 * as plain data. An adapter holds no status number, no parsing and no policy of its own.
 */
export { assertNames, type NamesOf } from './base/assert-names.ts'
export {
  readGuardOptions,
  setUpAdapter,
  type AdapterOptions,
  type AdapterSetup,
  type GuardOptions,
  type JwtAuthOptions,
  type JwtAuthSchemaOptions,
  type OnRefused,
} from './adapter-options.ts'
export { createAuthenticator, type Authenticator } from './authenticator.ts'
export type { DefaultClaims } from './principal/registered-claims.ts'
export type { SchemaOutput, StandardSchema } from './claims/schema.ts'
export { mergeHandlerHeaders } from './handler/handler-headers.ts'
export { createHandlerRequest, type HandlerContext } from './handler/handler-request.ts'
export type { BodySource } from './handler/json-body.ts'
export { assertMountPath, pathBelow, targetPath } from './handler/mount-path.ts'
export {
  nodeHandlerRequest,
  sendHandlerResponse,
  type NodeBodyRequest,
  type NodeHandlerContext,
  type NodeHandlerResponse,
} from './handler/node-handler.ts'
export type {
  HandlerRequest,
  HandlerResponse,
  IssuerSource,
  JsonBody,
  RenewalSource,
  RouteHandler,
  SessionSource,
} from './handler/route-handler.ts'
export { runHandler } from './handler/run-handler.ts'
export {
  attachOutcome,
  guardRequest,
  onRefusedOf,
  outcomeOf,
  principalOf,
  refusalFor,
} from './guards/attachment.ts'
export { mergeVary } from './response-headers.ts'
export { assertRequirement, type Requirement } from './guards/requirement.ts'
export { allOf, role, scope } from './guards/make-requirement.ts'
export type { Anonymous, Authenticated, Outcome, Refused, ResponseHeaders } from './outcome.ts'
export type { AuthenticatorOptions, SchemaOptions } from './policy/options.ts'
export type { Principal } from './principal/principal.ts'
export { AuthError, isAuthError } from './refusal/auth-error.ts'
export type { ProblemDetails, Refusal } from './refusal/refuse.ts'
export { sendRefusal, type NodeResponse } from './refusal/send-refusal.ts'
export { fetchRequestView, type FetchRequest } from './request/fetch-view.ts'
export { nodeRequestView, type NodeRequest } from './request/node-view.ts'
export type { RequestView } from './request/view.ts'
