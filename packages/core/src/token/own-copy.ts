const utf8 = new TextEncoder()
const latin1 = new TextDecoder('latin1')

/**
 * A copy of an ASCII text with characters of its own. A token is a slice of a header, and engines let a slice keep the
 * whole text alive that it was cut out of: what is remembered for long must not hold a cookie header of 16 KB each.
 */
export function ownCopy(text: string): string {
  return latin1.decode(utf8.encode(text))
}
