/**
 * How long an answer may be used, as its server says: `max-age` of `Cache-Control`, less the time that it lay in caches
 * on the way (RFC 9111 sections 4.2.3 and 5.2.2). Where there are several, the shortest counts, and what is not
 * understood counts as none.
 *
 * @returns milliseconds; 0 for `no-store` and `no-cache`; `undefined` where nothing is said
 */
export function announcedAge(headers: Headers): number | undefined {
  let seconds: number | undefined
  // Commas inside of quotes split too: what is cut wrongly so can make the time shorter only.
  for (const directive of (headers.get('Cache-Control') ?? '').split(',')) {
    const said = readDirective(directive.toLowerCase())
    if (said !== undefined) seconds = Math.min(said, seconds ?? said)
  }
  return seconds === undefined ? undefined : Math.max(seconds - readAge(headers), 0) * 1_000
}

/** The age that one directive allows, in seconds; `undefined` where it says nothing of that. */
function readDirective(directive: string): number | undefined {
  const [name, value = ''] = directive.split('=', 2).map((part) => part.trim())
  if (name === 'no-store' || name === 'no-cache') return 0
  if (name !== 'max-age') return undefined
  const seconds = /^"?(\d+)"?$/.exec(value)?.[1]
  return seconds === undefined ? 0 : toSeconds(seconds)
}

/** Seconds since the server made the answer, as far as caches on the way have said. */
function readAge(headers: Headers): number {
  return toSeconds(/^\d+/.exec(headers.get('Age') ?? '')?.[0] ?? '0')
}

/** Digits without end count as the greatest time there is (RFC 9111 section 1.2.2). */
function toSeconds(digits: string): number {
  return Math.min(Number(digits), 2 ** 31)
}
