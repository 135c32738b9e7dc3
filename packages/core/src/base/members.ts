/**
 * A member that an object has of its own, or by its class; never one of `Object.prototype`, which a library elsewhere in
 * the process may have let a request write to (prototype pollution).
 */
export function memberOf(value: object, name: PropertyKey): unknown {
  const holder = holderOf(value, name)
  return holder === undefined ? undefined : (Reflect.get(holder, name, value) as unknown)
}

/** Whether there is such a member, whatever it is. */
export function hasMember(value: object, name: PropertyKey): boolean {
  return holderOf(value, name) !== undefined
}

function holderOf(value: object, name: PropertyKey): object | undefined {
  if (Object.hasOwn(value, name)) return value
  let holder: object | null = Object.getPrototypeOf(value) as object | null
  while (holder !== null) {
    const next = Object.getPrototypeOf(holder) as object | null
    // The last of a chain is `Object.prototype`, be it of this realm or of another one, as in Jest.
    if (next === null) return undefined
    if (Object.hasOwn(holder, name)) return holder
    holder = next
  }
  return undefined
}

/** The members of these names in an object that has no prototype, so that nothing else can be read from it. */
export function copyMembers<T extends object>(value: T, names: object): T {
  const copy = Object.create(null) as Record<string, unknown>
  for (const name of Object.keys(names)) if (hasMember(value, name)) copy[name] = memberOf(value, name)
  return copy as T
}

/** All members that an object has of its own, in one that has no prototype. For data, such as parsed JSON. */
export function ownMembers<T extends object>(value: T): T {
  return Object.assign(Object.create(null), value) as T
}
