import { parseArgs } from 'node:util'
import { usageError } from './exit.ts'
import { nearest } from '@countersign/core/toolkit'

/** `flag`: without a value. `text`, `number`: with a value. `list`: with a value, may be repeated. */
export type OptionKind = 'flag' | 'text' | 'number' | 'list'

/** An option of a command. */
export interface OptionSpec<Kind extends OptionKind> {
  readonly kind: Kind
  /** The placeholder of its value in the help, such as `<url>`. */
  readonly value?: string | undefined
  readonly help: string
}

export type OptionSpecs = Readonly<Record<string, OptionSpec<OptionKind>>>

interface ValueOf {
  readonly flag: boolean
  readonly text: string | undefined
  readonly number: number | undefined
  readonly list: readonly string[]
}

/** The values of the options of a command. */
export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: ValueOf[Specs[Name]['kind']]
}

/** An option without a value. */
export function flag(help: string): OptionSpec<'flag'> {
  return { kind: 'flag', help }
}

/** An option whose value is a string. */
export function text(value: string, help: string): OptionSpec<'text'> {
  return { kind: 'text', value, help }
}

/** An option whose value is a whole number, 0 or more. */
export function number(value: string, help: string): OptionSpec<'number'> {
  return { kind: 'number', value, help }
}

/** An option whose value is a string, and that may be repeated. */
export function list(value: string, help: string): OptionSpec<'list'> {
  return { kind: 'list', value, help }
}

/** The parsed arguments of a command. */
export interface Parsed<Specs extends OptionSpecs> {
  readonly values: OptionValues<Specs>
  readonly positionals: readonly string[]
}

/**
 * Reads the arguments of a command. Messages never contain a value, since it may be a secret.
 * @throws `CommandError` for an option that does not exist, has no value, or is repeated
 */
export function parseOptions<Specs extends OptionSpecs>(
  specs: Specs,
  args: readonly string[],
): Parsed<Specs> {
  const types = Object.entries(specs).map(
    ([name, { kind }]) => [name, { type: kind === 'flag' ? 'boolean' : 'string' }] as const,
  )
  // Not strict: the messages of `parseArgs` suggest no similar name, and some quote the input.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(types),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const positionals: string[] = []
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(specs).map(([name, { kind }]) => [name, absent(kind)]),
  )
  const given = new Set<string>()
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue } = token
    const spec = Object.hasOwn(specs, name) && rawName === `--${name}` ? specs[name] : undefined
    if (spec === undefined) throw unknownOption(rawName, Object.keys(specs))
    if (given.has(name) && spec.kind !== 'list') throw usageError(`${rawName} must not be repeated`)
    given.add(name)
    const seen = readValue(rawName, spec, value, inlineValue)
    values[name] = spec.kind === 'list' ? [...(values[name] as string[]), seen] : seen
  }
  return { values: values as OptionValues<Specs>, positionals }
}

function absent(kind: OptionKind): boolean | readonly string[] | undefined {
  if (kind === 'flag') return false
  return kind === 'list' ? [] : undefined
}

function readValue(
  option: string,
  { kind, value: placeholder }: OptionSpec<OptionKind>,
  value: string | undefined,
  inline: boolean | undefined,
): string | number | true {
  if (kind === 'flag') {
    if (value !== undefined) throw usageError(`${option} must not have a value`)
    return true
  }
  if (value === undefined || (value.startsWith('--') && inline !== true)) {
    throw usageError(`${option} needs a value: ${option} ${placeholder}`)
  }
  if (kind !== 'number') return value
  const seen = /^\d{1,12}$/.test(value) ? Number(value) : undefined
  if (seen === undefined) throw usageError(`${option} must be a whole number, 0 or more`)
  return seen
}

function unknownOption(rawName: string, names: readonly string[]): Error {
  const meant = nearest(rawName.replace(/^-+/, ''), names)
  const hint = meant === undefined ? '' : `: did you mean --${meant}?`
  return usageError(`${rawName} is not an option of this command${hint}`)
}
