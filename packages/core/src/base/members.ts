/**
 * A member that an object has itself or through its class. Members of `Object.prototype` do not count: a vulnerable
 * library in the process may let a request write to it (prototype pollution).
 */
export function memberOf(value: object, name: PropertyKey): unknown {
  const holder = holderOf(value, name)
  return holder === undefined ? undefined : (Reflect.get(holder, name, value) as unknown)
}

/** Whether there is such a member, whatever its value. */
export function hasMember(value: object, name: PropertyKey): boolean {
  return holderOf(value, name) !== undefined
}

function holderOf(value: object, name: PropertyKey): object | undefined {
  if (Object.hasOwn(value, name)) return value
  let holder: object | null = Object.getPrototypeOf(value) as object | null
  while (holder !== null) {
    const next = Object.getPrototypeOf(holder) as object | null
    // The last object of a prototype chain is `Object.prototype`, of this realm or of another one, as in Jest.
    if (next === null) return undefined
    if (Object.hasOwn(holder, name)) return holder
    holder = next
  }
  return undefined
}

/** Copies the named members into an object without a prototype, so that no other member can be read. */
export function copyMembers<T extends object>(value: T, names: object): T {
  const copy = Object.create(null) as Record<string, unknown>
  for (const name of Object.keys(names)) if (hasMember(value, name)) copy[name] = memberOf(value, name)
  return copy as T
}

/** Copies all own members into an object without a prototype. For data, such as parsed JSON. */
export function ownMembers<T extends object>(value: T): T {
  return Object.assign(Object.create(null), value) as T
}
