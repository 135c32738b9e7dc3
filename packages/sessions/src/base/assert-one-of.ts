import { OptionError } from '@countersign/core/toolkit'

/** Checks an option that must have one of a few values. @throws `OptionError` that lists them */
export function assertOneOf(option: string, value: unknown, values: readonly string[]): void {
  if (!values.includes(value as string)) {
    throw new OptionError(option, `must be one of ${values.map((one) => `"${one}"`).join(', ')}`)
  }
}
