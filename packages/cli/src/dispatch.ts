import { readFileSync } from 'node:fs'
import { columns, type Command } from './command.ts'
import { inspect } from './commands/inspect.ts'
import { jwks } from './commands/jwks.ts'
import { keysGenerate } from './commands/keys-generate.ts'
import { keysList } from './commands/keys-list.ts'
import { keysRetire } from './commands/keys-retire.ts'
import { keysRotate } from './commands/keys-rotate.ts'
import { storeInit } from './commands/store-init.ts'
import { storePrune } from './commands/store-prune.ts'
import { tokenMint } from './commands/token-mint.ts'
import { EXIT, explain, usageError } from './exit.ts'
import { withoutSecrets, type Io } from './io.ts'
import { nearest } from '@countersign/core/toolkit'
import { line, note } from './output.ts'

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = Object.freeze([
  keysGenerate,
  keysList,
  keysRotate,
  keysRetire,
  jwks,
  tokenMint,
  inspect,
  storeInit,
  storePrune,
])

/** Runs the command in the arguments and returns the exit code. Its promise never rejects. */
export async function dispatch(args: readonly string[], unsafeIo: Io): Promise<number> {
  const io = withoutSecrets(unsafeIo)
  try {
    const [first] = args
    if (first === '--version' || first === '-v') {
      line(io, version())
      return EXIT.ok
    }
    if (first === undefined) {
      io.stderr(help(COMMANDS))
      return EXIT.usage
    }
    if (isHelp(first)) {
      line(io, help(COMMANDS).trimEnd())
      return EXIT.ok
    }
    const found = findCommand(args)
    if (found !== undefined) return await found.run(args.slice(found.name.split(' ').length), io)
    const group = COMMANDS.filter(({ name }) => name.startsWith(`${first} `))
    if (group.length === 0) throw unknownCommand(first, COMMANDS)
    const [, second] = args
    if (second !== undefined && isHelp(second)) {
      line(io, help(group).trimEnd())
      return EXIT.ok
    }
    if (second !== undefined) throw unknownCommand(`${first} ${second}`, group)
    throw usageError(
      `${first} needs one of ${group.map(({ name }) => name.slice(first.length + 1)).join(', ')}`,
    )
  } catch (error) {
    const { message, exitCode } = explain(error)
    note(io, `countersign: ${message}`)
    if (exitCode === EXIT.usage) note(io, helpHint(args))
    return exitCode
  }
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h' || word === 'help'
}

function findCommand(args: readonly string[]): Command | undefined {
  return COMMANDS.find(({ name }) => name.split(' ').every((word, i) => args[i] === word))
}

function unknownCommand(typed: string, candidates: readonly Command[]): Error {
  const names = candidates.map(({ name }) => name)
  const groups = names.map((name) => name.split(' ')[0] ?? '')
  const meant = nearest(typed, typed.includes(' ') ? names : [...names, ...groups])
  // The message does not repeat the input: it may be a token.
  return usageError(`unknown command${meant === undefined ? '' : `: did you mean ${meant}?`}`)
}

function helpHint(args: readonly string[]): string {
  const name = findCommand(args)?.name
  return `See countersign ${name === undefined ? '' : `${name} `}--help`
}

function help(commands: readonly Command[]): string {
  return [
    'Signing keys, key sets, tokens for development, inspection of tokens.',
    '',
    'Usage: countersign <command> [options]',
    '',
    'Commands:',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Options:',
    ...columns([
      ['--help', 'Shows this text, or the help of a command if it follows one.'],
      ['--version', 'Shows the version.'],
    ]),
    '',
    'Environment:',
    ...columns([
      ['COUNTERSIGN_STORE', 'Location of the store, in place of --store.'],
      ['COUNTERSIGN_PASSPHRASE', 'Passphrase of file stores.'],
      [
        'COUNTERSIGN_KEY_PASSPHRASE',
        'Passphrase of the ring in a database: keyEncryption of the application.',
      ],
      [
        'COUNTERSIGN_WRAPPING_KEY',
        'Wrapping key of that ring, in place of a passphrase: 32 bytes in base64.',
      ],
      ['NO_COLOR', 'Turns colors off.'],
    ]),
    '',
    'Exit codes:',
    ...columns([
      ['0', 'Success.'],
      ['1', 'Rejected or failed.'],
      ['2', 'Wrong usage, or input that cannot be read.'],
      ['3', 'A store or key server cannot be reached, or its package is not installed.'],
    ]),
    '',
    'Examples:',
    '  countersign keys generate --issuer https://auth.example.com --store file:./keys',
    '  countersign inspect < token.txt',
    '',
  ].join('\n')
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return isManifest ? String(manifest.version) : 'unknown'
}
