import { kindOf } from '../base/assert-names.ts'
import { OptionError } from '../base/option-error.ts'
import { toSegments, type ClaimPath } from '../principal/claim-path.ts'
import {
  assertRequirements,
  isComparable,
  type ClaimValue,
  type Requirement,
  type RequirementCheck,
} from './requirement.ts'

/** RFC 6749 section 3.3: the characters of a scope. A quoted-string may contain all of them. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * All of these scopes. `scope('a', 'b')` and `scope('a b')` mean the same: both.
 *
 * @example
 * ```ts
 * app.get('/orders', authorize(scope('orders:read')), listOrders)
 * ```
 */
export function scope(...scopes: [string, ...string[]]): Requirement {
  const names = scopes.flatMap((text) => (typeof text === 'string' ? text.split(' ') : [text]))
  const wanted = names.filter((name) => name !== '')
  if (wanted.length === 0 || !wanted.every((name) => typeof name === 'string' && SCOPE_TOKEN.test(name))) {
    throw new OptionError(
      'scope',
      'needs the names of one or more scopes (RFC 6749 section 3.3), each a string',
    )
  }
  return Object.freeze({ kind: 'scope', scopes: Object.freeze([...new Set(wanted)]) })
}

/**
 * All of these roles. For one of several, use `anyOf(role('admin'), role('editor'))`.
 *
 * @example
 * ```ts
 * app.delete('/orders/:id', authorize(role('admin')), deleteOrder)
 * ```
 */
export function role(...roles: [string, ...string[]]): Requirement {
  if (roles.length === 0 || !roles.every((name) => typeof name === 'string' && name !== '')) {
    throw new OptionError('role', 'needs the names of one or more roles, each a string')
  }
  return Object.freeze({ kind: 'role', roles: Object.freeze([...new Set(roles)]) })
}

/**
 * A claim of the token has exactly this value (same type, same value). For lists, use {@link check}.
 *
 * @example
 * ```ts
 * app.post('/orders', authorize(claim('email_verified', true)), createOrder)
 * ```
 */
export function claim(path: ClaimPath, value: ClaimValue): Requirement {
  const segments = typeof path === 'string' || Array.isArray(path) ? toSegments(path) : []
  if (segments.length === 0 || segments.some((name) => typeof name !== 'string' || name === '')) {
    throw new OptionError('claim', 'needs the name of a claim')
  }
  if (!isComparable(value)) {
    throw new OptionError(
      'claim',
      `needs a string, a finite number or a boolean to compare with, got ${kindOf(value)}`,
    )
  }
  return Object.freeze({ kind: 'claim', path: Object.freeze(segments), value })
}

/**
 * The user was authenticated in one of these classes (`acr`; RFC 9470 asks for it by `acr_values`).
 *
 * @example
 * ```ts
 * app.post('/payments', authorize(acr('phr', 'phrh')), pay)
 * ```
 */
export function acr(...values: [string, ...string[]]): Requirement {
  if (values.length === 0 || !values.every((value) => typeof value === 'string' && SCOPE_TOKEN.test(value))) {
    throw new OptionError('acr', 'needs one or more authentication context class references, each a string')
  }
  return Object.freeze({ kind: 'acr', values: Object.freeze([...new Set(values)]) })
}

/**
 * The user was actively authenticated (`auth_time`) no more than this many seconds ago.
 *
 * @example
 * ```ts
 * app.post('/payments', authorize(maxAuthAge(300)), pay)
 * ```
 */
export function maxAuthAge(seconds: number): Requirement {
  if (!Number.isFinite(seconds) || seconds < 0) {
    throw new OptionError('maxAuthAge', `needs a number of seconds, zero or more, got ${kindOf(seconds)}`)
  }
  return Object.freeze({ kind: 'maxAuthAge', seconds })
}

/**
 * All of these.
 *
 * @example
 * ```ts
 * app.post('/orders', authorize(allOf(scope('orders:write'), role('staff'))), createOrder)
 * ```
 */
export function allOf(...requirements: [Requirement, ...Requirement[]]): Requirement {
  return Object.freeze({ kind: 'allOf', requirements: assertRequirements('allOf', requirements) })
}

/**
 * At least one of these, checked in this order. If none is met, the response asks for the first.
 *
 * @example
 * ```ts
 * app.delete('/orders/:id', authorize(anyOf(role('admin'), scope('orders:delete'))), deleteOrder)
 * ```
 */
export function anyOf(...requirements: [Requirement, ...Requirement[]]): Requirement {
  return Object.freeze({ kind: 'anyOf', requirements: assertRequirements('anyOf', requirements) })
}

/**
 * The opposite. If a check fails with an error, the result is that error.
 *
 * @example
 * ```ts
 * app.post('/orders', authorize(allOf(scope('orders:write'), not(role('auditor')))), createOrder)
 * ```
 */
export function not(requirement: Requirement): Requirement {
  assertRequirements('not', [requirement])
  return Object.freeze({ kind: 'not', requirement })
}

/**
 * A decision in code, with a name for logs and documents.
 *
 * @example
 * ```ts
 * const ownsReports = check('owns reports', async ({ subject }) => reports.has(subject))
 * app.get('/reports', authorize(ownsReports), listReports)
 * ```
 */
export function check(name: string, decide: RequirementCheck): Requirement {
  if (typeof name !== 'string' || name === '') throw new OptionError('check', 'needs a name')
  if (typeof decide !== 'function') throw new OptionError('check', `"${name}" needs a function`)
  return Object.freeze({ kind: 'check', name, check: decide })
}
