/**
 * Freezes plain objects and arrays, at all levels. Instances of classes (dates, maps) are left as they are. A frozen
 * object may have members that are not frozen, so visited objects are remembered. A schema may return circular
 * objects.
 */
export function deepFreeze<T extends object>(value: T, seen: Set<object> = new Set()): T {
  if (seen.has(value) || !isPlain(value)) return value
  seen.add(value)
  Object.freeze(value)
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member as object, seen)
  }
  return value
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
