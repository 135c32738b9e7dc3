import type { FormField } from './route-handler.ts'

/**
 * The fields of a form in the order in which they came (WHATWG URL, section 5.1), or `undefined` if an escape is not
 * well-formed UTF-8: different readers repair those differently.
 */
export function decodeForm(text: string | undefined): readonly FormField[] | undefined {
  if (text === undefined) return undefined
  try {
    return text
      .split('&')
      .filter((part) => part !== '')
      .map((part) => {
        const end = part.indexOf('=')
        return end === -1 ? [decode(part), ''] : [decode(part.slice(0, end)), decode(part.slice(end + 1))]
      })
  } catch {
    return undefined
  }
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}

/**
 * The fields of a form from the result of a parser: an object, with a list for a repeated name, or `FormData`.
 * `undefined` if the parser read structure from names (`a[b]=1`, `a[]=1`): the original fields are then lost.
 */
export function fieldsOf(parsed: unknown): readonly FormField[] | undefined {
  if (typeof parsed !== 'object' || parsed === null) return undefined
  const entries: readonly (readonly [string, unknown])[] =
    Symbol.iterator in parsed ? [...(parsed as Iterable<[string, unknown]>)] : Object.entries(parsed)
  const fields = entries.flatMap(([name, value]): (readonly [string, unknown])[] =>
    Array.isArray(value) && value.length > 1 ? value.map((one) => [name, one]) : [[name, value]],
  )
  return fields.every(isField) ? fields : undefined
}

function isField(pair: readonly [string, unknown]): pair is FormField {
  return typeof pair[1] === 'string'
}
