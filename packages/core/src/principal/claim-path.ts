/**
 * Where a claim is: a name, or the names on the way to it.
 * As text, dots separate the names (`realm_access.roles`), unless the text has a colon: then it is one name
 * (`cognito:groups`, `https://acme.example/roles`). A list of names is taken as it is (`['a.b', 'c']`).
 */
export type ClaimPath = string | readonly string[]

/** The names of a path. Decided by the path alone, never by what a token happens to have. */
export function toSegments(path: ClaimPath): readonly string[] {
  if (typeof path !== 'string') return [...path]
  return path.includes(':') ? [path] : path.split('.')
}

/** The value at a path; own members only. */
export function readClaim(claims: object, segments: readonly string[]): unknown {
  let value: unknown = claims
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined
    value = (value as Record<string, unknown>)[segment]
  }
  return value
}

/** How one string stands for names: `scope` separates by spaces (RFC 8693 section 4.2), a role may contain them. */
export type NameSyntax = 'space-separated' | 'single'

/** The names that claims hold at these paths: lists of strings, or one string. Any other type holds none. */
export function readNames(
  claims: object,
  paths: readonly (readonly string[])[],
  syntax: NameSyntax,
): readonly string[] {
  let names: readonly string[] | undefined
  for (const path of paths) {
    const found = toNames(readClaim(claims, path), syntax)
    if (found !== undefined) names = names === undefined ? found : [...new Set([...names, ...found])]
  }
  return names === undefined ? NO_NAMES : Object.freeze(names)
}

const NO_NAMES: readonly string[] = Object.freeze([])

function toNames(value: unknown, syntax: NameSyntax): readonly string[] | undefined {
  if (typeof value === 'string') {
    if (syntax === 'single') return value === '' ? undefined : [value]
    return value.split(' ').filter((name) => name !== '')
  }
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return [...value]
  return undefined
}
