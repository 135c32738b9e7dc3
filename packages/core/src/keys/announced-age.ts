/**
 * How long the server allows a response to be used: `max-age` of `Cache-Control`, less the time that the response
 * spent in caches on the way (RFC 9111 sections 4.2.3 and 5.2.2). Of several values the shortest counts. An invalid
 * value counts as 0.
 *
 * @returns milliseconds; 0 for `no-store` and `no-cache`; `undefined` if the server sets no limit
 */
export function announcedAge(headers: Headers): number | undefined {
  let seconds: number | undefined
  // Commas inside quotes split too: a wrong split can only make the time shorter.
  for (const directive of (headers.get('Cache-Control') ?? '').split(',')) {
    const said = readDirective(directive.toLowerCase())
    if (said !== undefined) seconds = Math.min(said, seconds ?? said)
  }
  return seconds === undefined ? undefined : Math.max(seconds - readAge(headers), 0) * 1_000
}

/** The age that one directive allows, in seconds; `undefined` if it sets none. */
function readDirective(directive: string): number | undefined {
  const [name, value = ''] = directive.split('=', 2).map((part) => part.trim())
  if (name === 'no-store' || name === 'no-cache') return 0
  if (name !== 'max-age') return undefined
  const seconds = /^"?(\d+)"?$/.exec(value)?.[1]
  return seconds === undefined ? 0 : toSeconds(seconds)
}

/** Seconds since the server made the response, according to caches on the way. */
function readAge(headers: Headers): number {
  return toSeconds(/^\d+/.exec(headers.get('Age') ?? '')?.[0] ?? '0')
}

/** Numbers that are too large count as the greatest time (RFC 9111 section 1.2.2). */
function toSeconds(digits: string): number {
  return Math.min(Number(digits), 2 ** 31)
}
