import { engine } from '#engine'

/**
 * A copy of an ASCII text with characters of its own. A token is a slice of a header, and engines let a slice keep the
 * whole text alive that it was cut out of: what is remembered for long must not hold a cookie header of 16 KB each.
 */
export function ownCopy(text: string): string {
  return engine.copyAscii(text)
}
