import { OptionError } from './option-error.ts'

/**
 * The maximum number of keys given one by one, and of keys in a set that are tried for a token without `kid`. Enough
 * for any rotation, and it limits the work that one token can cause.
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
    `has ${list.length} keys: at most ${MAX_KEYS} are tried for a token. Remove keys that no longer sign`,
  )
}

function isList<Material>(value: Material | readonly Material[]): value is readonly Material[] {
  return Array.isArray(value)
}
