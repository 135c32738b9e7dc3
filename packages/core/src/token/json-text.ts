/** A JSON object as parsed, members not yet judged. */
export type JsonObject = { readonly [member: string]: unknown }

const MAX_DEPTH = 32
const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Parses a JSON object out of a token. Refused are: what is no object, nesting deeper than 32, member names that
 * stand twice in one object (RFC 7515 section 4, RFC 7519 section 4: two readers must not see two different tokens),
 * and member names that cannot be written without an escape.
 *
 * @returns `undefined` where the text is refused
 */
export function parseJsonObject(text: string): JsonObject | undefined {
  const plain = text.includes('\\') ? withPlainNames(text) : text
  const strings = plain === undefined ? undefined : measure(plain)
  if (plain === undefined || strings === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(plain)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  // JSON.parse keeps the last of two equal names. Each name that it dropped leaves fewer strings than the text has.
  return countStrings(value) === strings ? (value as JsonObject) : undefined
}

/** A string of a JSON text, and the colon that makes it a member's name. */
const STRING = /"[^"\\]*(?:\\[^][^"\\]*)*"(\s*:)?/g

/**
 * The text with escapes in member names undone. Node 24 and 26 (V8 13.6 and 14.6) need that: once an object with the
 * members `a` and `\` was parsed, anywhere in the process, `{"a":0,"\u0062":1}` is parsed as if its second name were
 * `\` too. Whoever sends any JSON could so rename the claims of others.
 *
 * @returns `undefined` where a name has characters that must be escaped: quotes, backslashes, control characters
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

/** The number of strings in a JSON text, or `undefined` where it nests too deep. The text need not be valid. */
function measure(text: string): number | undefined {
  let quotes = 0
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) {
      quotes++
      inString = !inString
    } else if (inString) {
      if (code === BACKSLASH) i++
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > MAX_DEPTH) return undefined
    } else if (code === 0x7d || code === 0x5d) {
      depth--
    }
  }
  return quotes / 2
}

/** Names and string values in a parsed JSON value. Its depth is bounded by then. */
function countStrings(value: unknown): number {
  if (typeof value === 'string') return 1
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += countStrings(item)
    return count
  }
  const members = value as Record<string, unknown>
  for (const name in members) count += 1 + countStrings(members[name])
  return count
}
