import { EXIT, usageError } from './exit.ts'
import type { CommandIo } from './io.ts'
import { flag, parseOptions, type OptionSpecs, type Parsed } from './options.ts'

/** A command, such as `keys rotate`. */
export interface Command {
  readonly name: string
  /** One sentence. */
  readonly summary: string
  /** @throws `CommandError`, or what a library throws */
  run(args: readonly string[], io: CommandIo): Promise<number>
  help(): string
}

/** The parts of a command. */
export interface CommandSpec<Specs extends OptionSpecs> {
  readonly name: string
  readonly summary: string
  /** Sentences for the help, after the summary. */
  readonly details?: readonly string[]
  /** The argument that is not an option, such as `<kid>`; in square brackets if it is optional. */
  readonly argument?: string
  readonly options: Specs
  /** Command lines, without `countersign`. */
  readonly examples: readonly string[]
  readonly run: (parsed: Parsed<Specs>, io: CommandIo) => Promise<number>
}

const HELP = { help: flag('Shows this text.') }
const WIDTH = 100

/** A command with `--help`. Its arguments are read and validated before it runs. */
export function command<Specs extends OptionSpecs>(spec: CommandSpec<Specs>): Command {
  const { name, summary, argument, options, run } = spec
  const help = (): string => helpText(spec)
  return {
    name,
    summary,
    help,
    async run(args, io) {
      const words = args.slice(0, endOfOptions(args))
      if (words.includes('--help') || words.includes('-h')) {
        io.stdout(help())
        return EXIT.ok
      }
      const parsed = parseOptions(options, args)
      assertArguments(parsed.positionals.length, argument)
      return run(parsed, io)
    },
  }
}

/** After `--` everything is an argument. */
function endOfOptions(args: readonly string[]): number {
  const end = args.indexOf('--')
  return end === -1 ? args.length : end
}

function assertArguments(count: number, argument: string | undefined): void {
  if (count > (argument === undefined ? 0 : 1)) {
    const accepted = argument === undefined ? 'options only' : `only ${argument}`
    throw usageError(`this command accepts ${accepted}`)
  }
  if (count === 0 && argument?.startsWith('<') === true) throw usageError(`${argument} is missing`)
}

function helpText(spec: Omit<CommandSpec<OptionSpecs>, 'run'>): string {
  const { name, summary, details = [], argument, options, examples } = spec
  const rows = Object.entries({ ...options, ...HELP }).map(
    ([option, { value, help }]) => [`--${option}${value === undefined ? '' : ` ${value}`}`, help] as const,
  )
  const usage = ['countersign', name, argument, '[options]'].filter((word) => word !== undefined)
  return [
    summary,
    ...details.flatMap((detail) => ['', ...wrap(detail, WIDTH)]),
    '',
    `Usage: ${usage.join(' ')}`,
    '',
    'Options:',
    ...columns(rows),
    '',
    'Examples:',
    ...examples.map((example) => `  countersign ${example}`),
    '',
  ].join('\n')
}

/** Names and their meanings, side by side. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length)) + 4
  return rows.flatMap(([name, meaning]) =>
    wrap(meaning, WIDTH - width).map(
      (part, i) => (i === 0 ? `  ${name}`.padEnd(width) : ' '.repeat(width)) + part,
    ),
  )
}

function wrap(sentence: string, width: number): string[] {
  const lines = ['']
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}
