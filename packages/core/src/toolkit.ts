/**
 * What `@countersign/issuer` and `@countersign/sessions` share with core: the validation of options, secrets, the
 * check of foreign origins, refusals. Not for applications.
 */
export type {
  HandlerRequest,
  HandlerResponse,
  HandlerRoute,
  JsonBody,
  RouteHandler,
} from './adapter/handler/route-handler.ts'
export { toHeaderList } from './adapter/headers.ts'
export {
  argumentFault,
  assertNames,
  assertNamesWithin,
  faultWithin,
  readMembers,
  kindOf,
  optionFault,
  type Fault,
  type NamesOf,
} from './base/assert-names.ts'
export {
  optionalBoolean,
  optionalFunction,
  optionalNumber,
  optionalString,
  requiredString,
  stringList,
} from './base/assert-options.ts'
export { toBase64url } from './base/base64url.ts'
export { MAX_CLOCK_TOLERANCE } from './base/clock-tolerance.ts'
export { copyMembers, memberOf, ownMembers } from './base/members.ts'
export { nearest } from './base/nearest.ts'
export { OptionError } from './base/option-error.ts'
export { admitUnsafe, type CarrierVerdict } from './carrier/admit-carrier.ts'
export { createCsrfTokens, type CsrfSecret, type CsrfTokens } from './carrier/csrf-token.ts'
export { pemText } from './engine/pem.ts'
export { Failure } from './refusal/failure.ts'
export type { MaybePromise } from './base/maybe-promise.ts'
export { secretBytes } from './base/secret-bytes.ts'
export { readCookiePolicy, type CookiePolicy } from './carrier/cookie-policy.ts'
export { isProduction } from './base/runtime.ts'
export { refuse, type ProblemDetails, type Refusal } from './refusal/refuse.ts'
export { readCookies } from './request/cookies.ts'
export { isSafeMethod, type RequestView } from './request/view.ts'
