import { copyMembers, hasMember } from './members.ts'
import { isThenable } from './maybe-promise.ts'
import { nearest } from './nearest.ts'
import { OptionError } from './option-error.ts'

/** Makes the error for a member of an options or input object: its name, and what is wrong with it. */
export type Fault = (name: string, message: string) => TypeError

/** Every name that an object may have. The compiler finds a forgotten or superfluous one. */
export type NamesOf<T> = { readonly [Name in KeysOf<T>]: true }

/** For a union: the names of all its members. */
type KeysOf<T> = T extends unknown ? keyof T & string : never

/** For options: an {@link OptionError}. */
export function optionFault(name: string, message: string): OptionError {
  return new OptionError(name, message)
}

/** For the arguments of a method: a `TypeError` that names the method. */
export function argumentFault(method: string): Fault {
  return (name, message) => new TypeError(`countersign: ${method}(): "${name}" ${message}`)
}

/** For the members of an object that is itself a member: their names begin with its own. */
export function faultWithin(path: string, fault: Fault = optionFault): Fault {
  return (name, message) => fault(`${path}.${name}`, message)
}

/**
 * Rejects a value that is not an object, and an object with an unknown name. A misspelled name would silently leave a
 * default in force.
 *
 * @param what the name of the object itself, for the message
 * @throws the error that `fault` returns; by default an `OptionError`
 */
export function assertNames<T extends object>(
  value: unknown,
  names: NamesOf<T>,
  what: string,
  fault: Fault = optionFault,
): asserts value is T {
  assertKnownNames(value, names, what, fault)
  // Code that reads `value.name` must not get a member that a request wrote to `Object.prototype` (prototype
  // pollution).
  const foreign = Object.keys(names).find((name) => name in value && !hasMember(value, name))
  if (foreign !== undefined)
    throw fault(foreign, 'is set on Object.prototype in this process: find the code that sets it')
}

function assertKnownNames(
  value: unknown,
  names: object,
  what: string,
  fault: Fault,
): asserts value is object {
  assertObject(value, what, fault)
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(names, name)) continue
    const meant = nearest(name, Object.keys(names))
    throw fault(
      name,
      `does not exist: ${meant === undefined ? 'check its spelling' : `did you mean "${meant}"?`}`,
    )
  }
}

/**
 * Validates the names of an options or input object, and copies its members into an object without a prototype. So a
 * member that the caller did not give is absent, even if `Object.prototype` is polluted.
 */
export function readMembers<T extends object>(
  value: unknown,
  names: NamesOf<T>,
  what: string,
  fault: Fault = optionFault,
): T {
  assertKnownNames(value, names, what, fault)
  return copyMembers(value as T, names)
}

/** The same for an object that is itself a member: its path precedes the names. */
export function assertNamesWithin<T extends object>(
  value: unknown,
  names: NamesOf<T>,
  path: string,
  fault: Fault = optionFault,
): asserts value is T {
  assertObject(value, path, fault)
  assertNames<T>(value, names, path, faultWithin(path, fault))
}

/** The same as {@link readMembers} for an object that is itself a member. */
export function readMembersWithin<T extends object>(value: unknown, names: NamesOf<T>, path: string): T {
  assertObject(value, path, optionFault)
  assertKnownNames(value, names, path, faultWithin(path))
  return copyMembers(value as T, names)
}

function assertObject(value: unknown, what: string, fault: Fault): asserts value is object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isThenable(value)) return
  throw fault(what, `must be an object, got ${kindOf(value)}`)
}

/** The kind of a value, for messages. Never the value itself, which may be a secret. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null || Number.isNaN(value)) return String(value)
  if (isThenable(value)) return 'a promise: await it'
  if (Array.isArray(value)) return 'a list'
  if (value === '') return 'an empty string'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
