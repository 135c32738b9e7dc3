import { OptionError, optionalNumber } from '@countersign/core/toolkit'

/** Reads an option in whole seconds, at least one. @throws `OptionError` */
export function wholeSeconds(options: object, option: string, fallback: number, max: number): number {
  const seconds = optionalNumber(options, option, { default: fallback, min: 1, max, unit: 'seconds' })
  if (!Number.isInteger(seconds)) throw new OptionError(option, 'must be a whole number of seconds')
  return seconds
}
