import { publish } from '../events/issuer-events.ts'

/**
 * Warns once if a token is too large for cookies and for the headers of many proxies (RFC 6265 section 6.1: 4096 bytes),
 * and names its largest claims.
 */
export function sizeWarning(
  issuer: string,
  limit: number,
): (token: string, claims: Readonly<Record<string, unknown>>) => void {
  let warned = false
  return (token, claims) => {
    if (token.length <= limit) return
    const largest = Object.entries(claims)
      .map(([name, value]) => ({ name, length: JSON.stringify(value)?.length ?? 0 }))
      .toSorted((a, b) => b.length - a.length)
      .slice(0, 3)
      .map(({ name }) => name)
    publish('countersign:token:large', { issuer, bytes: token.length, largest })
    if (warned) return
    warned = true
    process.emitWarning(
      `A token of ${token.length} bytes was issued (sizeWarning: ${limit}); its largest claims are ${largest.join(', ')}. ` +
        'Cookies are limited to 4096 bytes, and proxies reject large headers.',
      { type: 'CountersignWarning', code: 'COUNTERSIGN_TOKEN_LARGE' },
    )
  }
}
