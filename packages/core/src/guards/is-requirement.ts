import type { Requirement } from './requirement.ts'

/** The members of any kind of requirement, not yet judged. */
type Members = { readonly [member: string]: unknown }

/**
 * Whether a value is a requirement: of a known kind, and asking for something. A guard that got anything else must not
 * let everybody pass, which an unknown kind or an empty list would.
 */
export function isRequirement(value: unknown): value is Requirement {
  if (typeof value !== 'object' || value === null) return false
  const members = value as Members
  switch (members['kind'] as Requirement['kind']) {
    case 'scope':
      return isListOf(isName, members['scopes'])
    case 'role':
      return isListOf(isName, members['roles'])
    case 'claim':
      return isListOf(isName, members['path']) && isComparable(members['value'])
    case 'acr':
      return isListOf(isName, members['values'])
    case 'maxAuthAge':
      return typeof members['seconds'] === 'number'
    case 'allOf':
    case 'anyOf':
      return isListOf(isRequirement, members['requirements'])
    case 'not':
      return isRequirement(members['requirement'])
    case 'check':
      return isName(members['name']) && typeof members['check'] === 'function'
    default:
      return false
  }
}

function isListOf(is: (item: unknown) => boolean, value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((item) => is(item))
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isComparable(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
