/**
 * Freezes plain objects and arrays, all the way down. Instances of classes (dates, maps) are left as they are.
 * That an object is frozen says nothing of its members, so those that were seen are remembered; a schema may return
 * circular objects.
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
