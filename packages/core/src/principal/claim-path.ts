/**
 * Location of a claim: a name, or the names on the way to it. In a string, dots separate the names
 * (`realm_access.roles`), unless the string contains a colon: then it is one name (`cognito:groups`,
 * `https://acme.example/roles`). A list of names is used as it is (`['a.b', 'c']`).
 */
export type ClaimPath = string | readonly string[]

/** The names of a path. They depend on the path only, never on the content of a token. */
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

/**
 * Whether the path leads to a value, or to a value that is clearly absent. False if a member on the way is not an
 * object: then it is unknown what it should have contained.
 */
export function isReadable(claims: object, segments: readonly string[]): boolean {
  let value: unknown = claims
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    if (!Object.hasOwn(value, segment)) return true
    value = (value as Record<string, unknown>)[segment]
  }
  return true
}

/** How one string represents names: `scope` separates by spaces (RFC 8693 section 4.2), a role may contain them. */
export type NameSyntax = 'space-separated' | 'single'

/**
 * Whether the claims at these paths, if present, contain names in the right form. Only then a name that is not among
 * them is really missing.
 */
export function areNames(claims: object, paths: readonly (readonly string[])[], syntax: NameSyntax): boolean {
  return paths.every((path) => isReadable(claims, path) && isNames(readClaim(claims, path), syntax))
}

function isNames(value: unknown, syntax: NameSyntax): boolean {
  if (value === undefined) return true
  const [text, name] = FORMS[syntax]
  if (typeof value === 'string') return text.test(value)
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && name.test(item))
}

/** Valid names: for scopes, RFC 6749 section 3.3; for roles, any text. */
const FORMS: Readonly<Record<NameSyntax, readonly [text: RegExp, name: RegExp]>> = {
  'space-separated': [/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/, /^[\x21\x23-\x5b\x5d-\x7e]*$/],
  single: [/^/, /^/],
}

/** The names that claims contain at these paths: lists of strings, or one string. Any other type contains none. */
export function readNames(
  claims: object,
  paths: readonly (readonly string[])[],
  syntax: NameSyntax,
): readonly string[] {
  let names = NO_NAMES
  for (let i = 0; i < paths.length; i++) {
    const value = readClaim(claims, paths[i]!)
    if (value === undefined) continue
    const found = toNames(value, syntax)
    names = names.length === 0 ? found : Object.freeze([...new Set([...names, ...found])])
  }
  return names
}

const NO_NAMES: readonly string[] = Object.freeze([])

function toNames(value: unknown, syntax: NameSyntax): readonly string[] {
  if (typeof value === 'string') return syntax === 'single' ? singleName(value) : splitNames(value)
  if (!Array.isArray(value)) return NO_NAMES
  for (let i = 0; i < value.length; i++) if (typeof value[i] !== 'string') return NO_NAMES
  return value as readonly string[] // claims are frozen, so their own list will do
}

function singleName(text: string): readonly string[] {
  return text === '' ? NO_NAMES : Object.freeze([text])
}

/** Tokens of one client have the same scopes: this caches the lists that were made recently. */
const splitBefore = new Map<string, readonly string[]>()
const SPLIT_MEMO_SIZE = 256

function splitNames(text: string): readonly string[] {
  const before = splitBefore.get(text)
  if (before !== undefined) return before
  const names = Object.freeze(text.split(' ').filter((name) => name !== ''))
  if (splitBefore.size >= SPLIT_MEMO_SIZE) splitBefore.clear()
  splitBefore.set(text, names)
  return names
}
