import { OptionError } from './option-error.ts'

/**
 * How many keys may be given one by one, and how many keys of a set a token without `kid` is tried against: enough for
 * any rotation, and nobody buys more work with one token.
 */
export const MAX_KEYS = 16

/** One key or several, as a list that is tried as a whole. */
export function keyList<Material>(
  value: Material | readonly Material[],
  option: string,
): readonly Material[] {
  const list = isList(value) ? value : [value]
  if (list.length === 0) throw new OptionError(option, 'is empty: give at least one key')
  if (list.length <= MAX_KEYS) return list
  throw new OptionError(
    option,
    `has ${list.length} keys: at most ${MAX_KEYS} are tried for a token. Remove those that sign no more`,
  )
}

function isList<Material>(value: Material | readonly Material[]): value is readonly Material[] {
  return Array.isArray(value)
}
