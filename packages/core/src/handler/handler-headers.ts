import { mergeVary } from '../response-headers.ts'
import type { HandlerResponse } from './route-handler.ts'

/**
 * The headers of a handler's answer, to be set in place of those of the same name. `Set-Cookie` and `Vary` begin with
 * what is there already; no other header needs that.
 *
 * @param earlier what the answer has under a name in lower case; several values as a list
 */
export function mergeHandlerHeaders(
  headers: HandlerResponse['headers'],
  earlier: (name: 'set-cookie' | 'vary') => unknown,
): readonly (readonly [name: string, value: string | readonly string[]])[] {
  return Object.entries(headers).map(([name, value]) => {
    const lower = name.toLowerCase()
    if (lower === 'set-cookie') return [name, [...toList(earlier(lower)), ...toList(value)]]
    if (lower !== 'vary') return [name, value]
    const fields = toList(value).flatMap((list) => list.split(','))
    const merged = fields.reduce(
      (vary, field) => mergeVary(vary, field.trim()),
      toList(earlier(lower)).join(', '),
    )
    return [name, merged]
  })
}

function toList(value: unknown): string[] {
  return [value].flat().filter((one) => typeof one === 'string')
}
