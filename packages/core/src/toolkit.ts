/**
 * What `@countersign/issuer` and `@countersign/sessions` share with core: options judged alike, secrets, the gate
 * against foreign origins, refusals. Not for applications.
 */
export {
  argumentFault,
  assertNames,
  faultWithin,
  kindOf,
  type Fault,
  type NamesOf,
} from './base/assert-names.ts'
export {
  optionalBoolean,
  optionalFunction,
  optionalNumber,
  optionalString,
  stringList,
} from './base/assert-options.ts'
export { toBase64url } from './base/base64url.ts'
export { MAX_CLOCK_TOLERANCE } from './base/clock-tolerance.ts'
export { nearest } from './base/nearest.ts'
export { OptionError } from './base/option-error.ts'
export { admitUnsafe, type CarrierVerdict } from './carrier/admit-carrier.ts'
export { createCsrfTokens, type CsrfSecret, type CsrfTokens } from './carrier/csrf-token.ts'
export { Failure, type MaybePromise } from './failure.ts'
export type { HandlerRequest, HandlerResponse, JsonBody, RouteHandler } from './handler/route-handler.ts'
export { secretBytes } from './keys/secret.ts'
export { isProduction, readCookiePolicy } from './policy/cookie-policy.ts'
export type { CookiePolicy } from './policy/policy.ts'
export { refuse, type ProblemDetails, type Refusal } from './refusal/refuse.ts'
export { readCookies } from './request/cookies.ts'
export { isSafeMethod, type RequestView } from './request/view.ts'
