export { CookieTooLargeError } from './cookies/session-cookies.ts'
export type { SessionEvents } from './events.ts'
export type { LivenessOptions } from './liveness.ts'
export type { SessionAccess, SessionTokens } from './mint.ts'
export type { SessionClaims, SessionsOptions } from './options.ts'
export { SESSION_PROBLEMS, type ProblemRow, type SessionProblemCode } from './routes/problems.ts'
export type {
  LoginResult,
  RateLimit,
  RateLimitAttempt,
  SessionRouteOptions,
  SessionUser,
} from './routes/route-options.ts'
export type { SessionInfo } from './session-info.ts'
export { createSessions } from './sessions.ts'
export {
  SessionLimitError,
  type Impersonation,
  type ImpersonationInput,
  type RefreshInput,
  type RefreshRefusal,
  type RefreshResult,
  type Sessions,
  type StartInput,
  type SubjectInput,
} from './session-types.ts'
export type { SessionSecret } from './token/secrets.ts'
export type { VerificationOptions } from './verification.ts'
