import type { Requirement } from './requirement.ts'

/**
 * A requirement as text, for logs and route lists.
 *
 * @example
 * ```ts
 * describeRequirement(allOf(scope('a', 'b'), not(role('guest')))) // 'scope(a b) and not role(guest)'
 * ```
 */
export function describeRequirement(requirement: Requirement): string {
  switch (requirement.kind) {
    case 'scope':
      return `scope(${requirement.scopes.join(' ')})`
    case 'role':
      return `role(${requirement.roles.join(', ')})`
    case 'claim':
      return `claim(${requirement.path.join('.')} = ${JSON.stringify(requirement.value)})`
    case 'acr':
      return `acr(${requirement.values.join(' or ')})`
    case 'maxAuthAge':
      return `maxAuthAge(${requirement.seconds} s)`
    case 'allOf':
      return requirement.requirements.map(describePart).join(' and ')
    case 'anyOf':
      return requirement.requirements.map(describePart).join(' or ')
    case 'not':
      return `not ${describePart(requirement.requirement)}`
    case 'check':
      return `check(${requirement.name})`
  }
}

function describePart(requirement: Requirement): string {
  const text = describeRequirement(requirement)
  const compound =
    (requirement.kind === 'allOf' || requirement.kind === 'anyOf') && requirement.requirements.length > 1
  return compound ? `(${text})` : text
}

/**
 * Whether two requirements require the same. Checks are the same if their name and their function are.
 *
 * @example
 * ```ts
 * sameRequirement(scope('a', 'b'), scope('b a')) // true
 * ```
 */
export function sameRequirement(a: Requirement, b: Requirement): boolean {
  if (a === b) return true
  switch (a.kind) {
    case 'scope':
      return b.kind === 'scope' && sameMembers(a.scopes, b.scopes)
    case 'role':
      return b.kind === 'role' && sameMembers(a.roles, b.roles)
    case 'claim':
      return b.kind === 'claim' && a.value === b.value && a.path.join('\0') === b.path.join('\0')
    case 'acr':
      return b.kind === 'acr' && sameMembers(a.values, b.values)
    case 'maxAuthAge':
      return b.kind === 'maxAuthAge' && a.seconds === b.seconds
    case 'allOf':
    case 'anyOf':
      return a.kind === b.kind && sameLists(a.requirements, b.requirements)
    case 'not':
      return b.kind === 'not' && sameRequirement(a.requirement, b.requirement)
    case 'check':
      return b.kind === 'check' && a.name === b.name && a.check === b.check
  }
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name))
}

function sameLists(a: readonly Requirement[], b: readonly Requirement[]): boolean {
  return a.length === b.length && a.every((part, i) => sameRequirement(part, b[i]!))
}

/**
 * The scopes that a client should request: all that are required; of alternatives, the first that has any.
 *
 * @example
 * ```ts
 * scopesOf(allOf(scope('orders:read'), role('staff'))) // ['orders:read']
 * ```
 */
export function scopesOf(requirement: Requirement): readonly string[] {
  switch (requirement.kind) {
    case 'scope':
      return requirement.scopes
    case 'allOf':
      return [...new Set(requirement.requirements.flatMap(scopesOf))]
    case 'anyOf':
      return requirement.requirements.map(scopesOf).find((scopes) => scopes.length > 0) ?? []
    default:
      return []
  }
}

/** One alternative of an OpenAPI security requirement: the scheme's name, and the scopes (OpenAPI 3.1, 4.8.30). */
export type OpenApiSecurity = Readonly<Record<string, readonly string[]>>

/**
 * A requirement as the `security` of an OpenAPI operation: a list of alternatives. Roles, claims and checks are left
 * out, since OpenAPI cannot express them. So the document never promises more than a scope list can.
 *
 * @param scheme name of the security scheme in `components.securitySchemes`
 * @example
 * ```ts
 * toOpenApiSecurity(scope('orders:read'), 'bearer') // [{ bearer: ['orders:read'] }]
 * ```
 */
export function toOpenApiSecurity(requirement: Requirement, scheme: string): OpenApiSecurity[] {
  return alternatives(requirement).map((scopes) => ({ [scheme]: scopes }))
}

/** The scopes of each way to satisfy a requirement (its disjunctive normal form). */
function alternatives(requirement: Requirement): string[][] {
  switch (requirement.kind) {
    case 'scope':
      return [[...requirement.scopes]]
    case 'anyOf':
      return requirement.requirements.flatMap(alternatives)
    case 'allOf':
      return requirement.requirements
        .map(alternatives)
        .reduce((left, right) => left.flatMap((a) => right.map((b) => [...new Set([...a, ...b])])), [[]])
    default:
      return [[]]
  }
}
