/** Freezes plain objects and arrays, all the way down. Instances of classes (dates, maps) are left as they are. */
export function deepFreeze<T extends object>(value: T): T {
  if (Object.isFrozen(value)) return value
  if (!Array.isArray(value)) {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return value
  }
  Object.freeze(value) // first: a schema may return circular objects
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member as object)
  }
  return value
}
