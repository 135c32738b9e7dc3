export { CookieTooLargeError } from './cookies/session-cookies.ts'
export type { SessionEvents } from './events/session-events.ts'
export type { LivenessOptions } from './liveness/liveness-options.ts'
export type { SessionsOptions } from './options.ts'
export { SESSION_PROBLEMS, type ProblemRow, type SessionProblemCode } from './routes/problems.ts'
export type {
  LoginResult,
  RateLimit,
  RateLimitAttempt,
  SessionRouteOptions,
  SessionUser,
} from './routes/route-options.ts'
export type { EndAllInput, RecoverInput } from './service/end.ts'
export type { Impersonation, ImpersonationInput } from './service/impersonate.ts'
export type { RefreshInput, RefreshRefusal, RefreshResult } from './service/refresh.ts'
export { SessionLimitError } from './service/session-limit.ts'
export type { StartInput } from './service/start-input.ts'
export type { SessionInfo } from './session/session-info.ts'
export type { SubjectInput } from './session/subject.ts'
export { createSessions, type Sessions } from './sessions.ts'
export type { SessionAccess, SessionTokens } from './token/mint.ts'
export type { SessionSecret } from './token/secrets.ts'
export type { SessionClaims } from './token/token-options.ts'
export type { VerificationOptions } from './verification.ts'
