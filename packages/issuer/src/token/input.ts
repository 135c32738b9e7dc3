import { OptionError } from '@countersign/core/toolkit'

/**
 * Judges the names of what a token is to say. A misspelled one would be missing from the token unnoticed.
 * @throws `OptionError` naming it, or what is required where there is no input at all
 */
export function assertInput(
  input: object,
  names: Readonly<Record<string, true>>,
  required: 'subject' | 'typ',
): void {
  if (typeof input !== 'object' || input === null)
    throw new OptionError(required, `is required: give an object, at least { ${required} }`)
  for (const name of Object.keys(input)) {
    if (!Object.hasOwn(names, name)) throw new OptionError(name, 'does not exist: check its spelling')
  }
}

/** RFC 7519 section 4.1.3: one text for one audience. @throws `OptionError` */
export function audienceOf(audience: unknown): string | readonly string[] {
  const list: readonly unknown[] | undefined =
    typeof audience === 'string' ? [audience] : Array.isArray(audience) ? audience : undefined
  if (list === undefined || list.length === 0 || !list.every(isText)) {
    throw new OptionError(
      'audience',
      'is required: name the servers that the token is for, here or once in createIssuer()',
    )
  }
  return list.length === 1 ? list[0]! : [...list]
}

/** A text that may be left out, but not be empty. @throws `OptionError` */
export function optionalText(value: unknown, option: string): string | undefined {
  if (value === undefined || isText(value)) return value
  throw new OptionError(option, 'must be a text, and not an empty one: leave it out if there is none')
}

/** A text that must be there. @throws `OptionError` */
export function requiredText(value: unknown, option: string, remedy: string): string {
  if (isText(value)) return value
  throw new OptionError(option, `is required: ${remedy}`)
}

/** @throws `OptionError` */
export function texts(value: unknown, option: string): readonly string[] {
  const list: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined
  if (list?.every(isText)) return list
  throw new OptionError(option, 'must be a list of texts, none of them empty')
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
