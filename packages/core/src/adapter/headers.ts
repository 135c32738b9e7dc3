import type { ResponseHeaders } from '../outcome.ts'

/** Where headers are set: Node's `ServerResponse`, or the adapter's replacement. */
export interface HeaderTarget {
  getHeader(name: string): unknown
  setHeader(name: string, value: string | readonly string[]): unknown
}

/**
 * Sets headers. A repeated name becomes several lines. `Set-Cookie` and `Vary` are added to existing values; all
 * others replace them.
 */
export function writeHeaders(target: HeaderTarget, headers: ResponseHeaders): void {
  for (let i = 0; i < headers.length; i++) {
    const name = headers[i]![0]
    const lower = name.toLowerCase()
    if (headers.findIndex((header) => header[0].toLowerCase() === lower) < i) continue
    const values = headers.filter((header) => header[0].toLowerCase() === lower).map(([, value]) => value)
    target.setHeader(name, valueOf(lower, values, target))
  }
}

/** The same after the handler has responded: its own `Cache-Control` stays. */
export function addHeaders(target: HeaderTarget, headers: ResponseHeaders): void {
  if (headers.length === 0) return
  const isKept = toList(target.getHeader('cache-control')).length > 0
  writeHeaders(target, isKept ? headers.filter(([name]) => name !== 'Cache-Control') : headers)
}

function valueOf(name: string, values: readonly string[], target: HeaderTarget): string | readonly string[] {
  if (name === 'set-cookie') return [...toList(target.getHeader(name)), ...values]
  if (name === 'vary') return values.reduce(mergeVary, toList(target.getHeader(name)).join(', '))
  return values.length === 1 ? values[0]! : values
}

/** `Vary` with more field names, unless it has them already (RFC 9110 section 12.5.5). */
function mergeVary(current: string, added: string): string {
  const names: string[] = []
  for (const field of `${current},${added}`.split(',')) {
    const name = field.trim()
    if (name !== '' && !names.some((other) => other.toLowerCase() === name.toLowerCase())) names.push(name)
  }
  return names.includes('*') ? '*' : names.join(', ')
}

function toList(value: unknown): string[] {
  return [value].flat().filter((one) => typeof one === 'string')
}

/** Headers by name, where a name may have several values, as a list. */
export function toHeaderList(headers: Readonly<Record<string, string | readonly string[]>>): ResponseHeaders {
  return Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : value.map((one) => [name, one] as const),
  )
}
