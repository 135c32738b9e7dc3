import { isPrototypePolluted, withoutPrototypes } from './prototype-free.ts'

/** A JSON object as parsed and frozen, members not yet validated. */
export type JsonObject = { readonly [member: string]: unknown }

const MAX_DEPTH = 32
const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c

/**
 * Parses a JSON object out of a token, and freezes it deeply. Rejects values that are not objects, nesting deeper
 * than 32, duplicate member names in one object (RFC 7515 section 4, RFC 7519 section 4: two readers must not see two
 * different tokens), and member names that cannot be written without an escape.
 *
 * @returns `undefined` if the text is rejected
 */
export function parseJsonObject(text: string): JsonObject | undefined {
  let value = parse(text)
  let plain: string | undefined = text
  if (value !== undefined && text.includes('\\')) {
    plain = withPlainNames(text)
    value = plain === undefined ? undefined : parse(plain)
  }
  if (plain === undefined || typeof value !== 'object' || value === null || Array.isArray(value))
    return undefined
  const object = isPrototypePolluted() ? (withoutPrototypes(value, MAX_DEPTH + 1) as object) : value
  const length = freezeAndMeasure(object, 1)
  if (length === TOO_DEEP) return undefined
  // JSON.parse keeps the last of two equal names. If the text is no longer than what was kept, it had no duplicates.
  return length === plain.length || countMembersOf(object) === countMembersIn(plain)
    ? (object as JsonObject)
    : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A string of a JSON text, and the colon that makes it a member's name. */
const STRING = /"[^"\\]*(?:\\[^][^"\\]*)*"(\s*:)?/g

/**
 * The text with the escapes in member names resolved. Node 24 and 26 (V8 13.6 and 14.6) need that: once an object
 * with the members `a` and `\` was parsed, anywhere in the process, `{"a":0,"\u0062":1}` is parsed as if its second
 * name were `\` too. So any client that sends JSON could rename the claims of others.
 *
 * @param text valid JSON: in any other, strings without an end would make the search quadratic
 * @returns `undefined` if a name has characters that must be escaped: quotes, backslashes, control characters
 */
function withPlainNames(text: string): string | undefined {
  try {
    return text.replaceAll(STRING, (string: string, colon: string | undefined) => {
      if (colon === undefined || !string.includes('\\')) return string
      const name = JSON.stringify(JSON.parse(string.slice(0, -colon.length)))
      if (name.includes('\\')) throw new SyntaxError('a name that cannot be plain')
      return name + colon
    })
  } catch {
    return undefined
  }
}

const TOO_DEEP = -1

/**
 * Freezes a parsed value, and returns the length of the shortest JSON text without escapes that it can come from.
 * @returns `NaN` if that length is not obvious, `TOO_DEEP` if the value is
 */
function freezeAndMeasure(value: object, depth: number): number {
  if (depth > MAX_DEPTH) return TOO_DEEP
  let length = 1 // a bracket, and behind each member a comma or the other bracket
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value
    for (let i = 0; i < items.length; i++) {
      const inner = measure(items[i], depth)
      if (inner === TOO_DEEP) return TOO_DEEP
      length += inner + 1
    }
  } else {
    const members = value as Readonly<Record<string, unknown>>
    for (const name in members) {
      const inner = measure(members[name], depth)
      if (inner === TOO_DEEP) return TOO_DEEP
      length += name.length + 3 + inner + 1
    }
  }
  Object.freeze(value)
  return length === 1 ? 2 : length
}

function measure(value: unknown, depth: number): number {
  switch (typeof value) {
    case 'string':
      return value.length + 2
    case 'number':
      return measureNumber(value)
    case 'boolean':
      return value ? 4 : 5
    default:
      return value === null ? 4 : freezeAndMeasure(value as object, depth + 1)
  }
}

/** Integers are shortest in digits, unless three zeros at the end make an exponent shorter (1e3). */
function measureNumber(value: number): number {
  if (value >= 1e9 && value < 1e10 && value % 1_000 !== 0) return 10 // exp, iat, nbf until the year 2286
  return Number.isSafeInteger(value) && value % 1_000 !== 0 ? String(value).length : Number.NaN
}

/** Members in a parsed value. Its depth is bounded by now. */
function countMembersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = Array.isArray(value) ? 0 : Object.keys(value).length
  for (const member of Object.values(value)) count += countMembersOf(member)
  return count
}

/** Members in a valid JSON text: colons outside of strings. */
function countMembersIn(text: string): number {
  let count = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) inString = !inString
    else if (inString && code === BACKSLASH) i++
    else if (!inString && code === COLON) count++
  }
  return count
}
