export { currentPrincipal } from './adapter/current-principal.ts'
export { createAuthenticator, type Authenticator } from './authenticator.ts'
export { createCsrfTokens, type CsrfSecret, type CsrfTokens } from './carrier/csrf-token.ts'
export type {
  DefaultClaims,
  JsonValue,
  JwtClaims,
  Register,
  RegisteredClaims,
} from './principal/registered-claims.ts'
export type { ClaimsOf, SchemaIssue, SchemaOutput, SchemaResult, StandardSchema } from './claims/schema.ts'
export type { Events } from './events/events.ts'
export { createGate, type Gate, type GateResult } from './gate.ts'
export {
  describeRequirement,
  sameRequirement,
  scopesOf,
  toOpenApiSecurity,
  type OpenApiSecurity,
} from './guards/describe.ts'
export {
  isRequirement,
  type ClaimValue,
  type GuardedRequest,
  type Requirement,
  type RequirementCheck,
  type RouteParams,
} from './guards/requirement.ts'
export { acr, allOf, anyOf, check, claim, maxAuthAge, not, role, scope } from './guards/make-requirement.ts'
export type { Algorithm } from './algorithms/jws.ts'
export type { KeyFunction, KeyOrKeys, KeyWithMaxAge, UnverifiedKeyHint } from './keys/function-keys.ts'
export type { JwkSet, PublicJwk, PublicKeyMaterial, SecretMaterial } from './keys/static-keys.ts'
export { authenticateUpgrade, type UpgradeSocket } from './live/authenticate-upgrade.ts'
export {
  bindToExpiry,
  type ExpiryBinding,
  type ExpiryOptions,
  type LiveConnection,
} from './live/bind-to-expiry.ts'
export type { Anonymous, Authenticated, Outcome, Refused, ResponseHeaders } from './outcome.ts'
export { optionsFromEnv, type Env } from './policy/env.ts'
export { OptionError } from './base/option-error.ts'
export type { AuthenticatorOptions } from './policy/options.ts'
export type { DecryptionKeyMaterial, DecryptionOptions, PrivateJwk } from './decryption/decryption-options.ts'
export type { KeyServerOptions } from './keys/key-options.ts'
export type { ClaimPath } from './principal/claim-path.ts'
export { isPrincipal, type Principal } from './principal/principal.ts'
export { AuthError, isAuthError } from './refusal/auth-error.ts'
export { REFUSAL_CODES, REFUSALS, type RefusalCode } from './refusal/codes.ts'
export type { ProblemDetails, Refusal } from './refusal/refuse.ts'
export { fetchRequestView, type FetchRequest } from './request/fetch-view.ts'
export { nodeRequestView, type NodeRequest } from './request/node-view.ts'
export type { Carrier } from './base/carrier.ts'
export type { RequestView } from './request/view.ts'
export type { RevocationCheck, RevocationQuery } from './revocation/check-revocation.ts'
export type { ContentEncryption, KeyManagementAlgorithm } from './algorithms/jwe.ts'
