import { memberOf, ownMembers } from './members.ts'
import { kindOf, optionFault, type Fault } from './assert-names.ts'

type Options = object

function valueOf(options: Options, option: string): unknown {
  return memberOf(options, option)
}

/** A flag. Other truthy values are rejected, since `'false'` is truthy too. */
export function optionalBoolean(options: Options, option: string, fault: Fault = optionFault): boolean {
  const value = valueOf(options, option)
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw fault(option, `must be true or false, got ${kindOf(value)}`)
  return value
}

/** A string, if given. */
export function optionalString(
  options: Options,
  option: string,
  fault: Fault = optionFault,
): string | undefined {
  const value = valueOf(options, option)
  if (value !== undefined && typeof value !== 'string')
    throw fault(option, `must be a string, got ${kindOf(value)}`)
  return value
}

/** A required string, not empty. */
export function requiredString(
  options: Options,
  option: string,
  remedy: string,
  fault: Fault = optionFault,
): string {
  const value = valueOf(options, option)
  if (value === undefined) throw fault(option, `is required: ${remedy}`)
  if (typeof value !== 'string') throw fault(option, `must be a string, got ${kindOf(value)}`)
  if (value === '') throw fault(option, `must not be empty: ${remedy}`)
  return value
}

/** A function, if given. */
export function optionalFunction<Name extends string, T extends Partial<Record<Name, unknown>>>(
  options: T,
  option: Name,
  fault: Fault = optionFault,
): T[Name] | undefined {
  const value = valueOf(options, option)
  if (value !== undefined && typeof value !== 'function')
    throw fault(option, `must be a function, got ${kindOf(value)}`)
  return value as T[Name] | undefined
}

/** The bounds and the default of a number. */
export interface NumberBounds {
  readonly default: number
  readonly min?: number
  readonly max?: number
  readonly unit: string
}

/** A number within bounds. */
export function optionalNumber(
  options: Options,
  option: string,
  bounds: NumberBounds,
  fault: Fault = optionFault,
): number {
  const value = valueOf(options, option)
  if (value === undefined) return bounds.default
  const { min = 0, max = Number.MAX_SAFE_INTEGER, unit } = ownMembers(bounds)
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`
    throw fault(option, `must be a number of ${unit}, ${range}`)
  }
  return value
}

/** One string or several, none of them empty. */
export function stringList(options: Options, option: string, fault: Fault = optionFault): readonly string[] {
  const value = valueOf(options, option)
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0 || !list.every((item) => typeof item === 'string' && item !== '')) {
    throw fault(option, 'must be a string or a list of strings, none of them empty')
  }
  return list as readonly string[]
}
