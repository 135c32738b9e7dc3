/**
 * PostgreSQL stores any text except NUL, and UTF-8 cannot encode half a surrogate pair. These are written as U+FDD0,
 * which is never a character, and four hexadecimal digits; U+FDD0 itself too. So every text comes back unchanged, and
 * two different texts stay different.
 */
const UNFIT = /[\0\uFDD0\p{Surrogate}]/u
const EVERY_UNFIT = /[\0\uFDD0\p{Surrogate}]/gu
const MARK = '\uFDD0'
const EVERY_MARK = /\uFDD0([\da-f]{4})/g

/** A text as it is stored in the database. */
export function toStored(text: string): string {
  if (!UNFIT.test(text)) return text
  return text.replace(EVERY_UNFIT, (unit) => MARK + unit.charCodeAt(0).toString(16).padStart(4, '0'))
}

/** A value as JSON, with its texts as they are stored in the database. */
export function toJson(value: object): string {
  return JSON.stringify(value, (_name, part: unknown) => (typeof part === 'string' ? toStored(part) : part))
}

/** The server's response, with all texts restored. */
export function parseResult(json: string): unknown {
  if (!json.includes(MARK)) return JSON.parse(json)
  return JSON.parse(json, (_name, value: unknown) => (typeof value === 'string' ? fromStored(value) : value))
}

function fromStored(text: string): string {
  return text.replace(EVERY_MARK, (_mark, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)))
}
