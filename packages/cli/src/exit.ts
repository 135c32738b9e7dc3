/** What the command ends with. */
export const EXIT: Readonly<Record<'ok' | 'failed' | 'usage' | 'unavailable', number>> = Object.freeze({
  /** Done. */
  ok: 0,
  /** Refused or failed: a token that is not accepted, a key that does not exist. */
  failed: 1,
  /** Called wrongly: an option, a command, or input that cannot be read. */
  usage: 2,
  /** A store or key server cannot be reached, or its package is not installed. */
  unavailable: 3,
})

/** Ends a command with a message and an exit code. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(exitCode: number, message: string) {
    super(message)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}

/** The command was called wrongly. */
export function usageError(message: string): CommandError {
  return new CommandError(EXIT.usage, message)
}

/** What libraries call an option, and what it is called here. */
const NAMES: readonly (readonly [string, string])[] = [
  ['option "keyEncryption.passphrase"', 'COUNTERSIGN_KEY_PASSPHRASE'],
  ['set "keyEncryption"', 'set COUNTERSIGN_KEY_PASSPHRASE or COUNTERSIGN_WRAPPING_KEY'],
  ['is "keyEncryption" right', 'is COUNTERSIGN_KEY_PASSPHRASE or COUNTERSIGN_WRAPPING_KEY right'],
  [
    'though "keyEncryption" is set',
    'though COUNTERSIGN_KEY_PASSPHRASE or COUNTERSIGN_WRAPPING_KEY is set (does the application have it?)',
  ],
  ['option "passphrase"', 'the passphrase (COUNTERSIGN_PASSPHRASE or --passphrase-file)'],
  ['set "passphrase"', 'set COUNTERSIGN_PASSPHRASE, or give --passphrase-file'],
  ['is "passphrase" right', 'is COUNTERSIGN_PASSPHRASE or --passphrase-file right'],
  ['option "secret"', 'the secret'],
  ['option "claims"', '--claim'],
]

/** An error as a message for people, and the exit code that goes with it. Errors are told by their name: a store may have a copy of the class. */
export function explain(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof CommandError) return error
  if (!(error instanceof Error)) return { message: 'an unknown error', exitCode: EXIT.failed }
  const message = inOurWords(error.message.replace(/^countersign: /, ''))
  if (error.name === 'StoreUnavailableError') {
    return { message: `${message}${causeOf(error)}`, exitCode: EXIT.unavailable }
  }
  const isUsage = error.name === 'OptionError' || MINTING.test(error.message)
  return { message, exitCode: isUsage ? EXIT.usage : EXIT.failed }
}

/** What is wrong with the token that was asked for: all of it comes from options of the command. */
const MINTING = /^countersign: accessToken\(\): /

function inOurWords(text: string): string {
  const message = text.replace(/^accessToken\(\): (?=")/, 'option ')
  const known = NAMES.find(([theirs]) => message.includes(theirs))
  if (known !== undefined) return message.replace(known[0], known[1])
  return message.replace(/^option "(\w+)"/, (_, name: string) => `--${kebab(name)}`)
}

function causeOf(error: Error): string {
  const { cause } = error
  if (!(cause instanceof Error)) return ''
  // Connecting to all addresses of a name fails with an error that has no message, but a code.
  const reason = cause.message || ('code' in cause ? String(cause.code) : '')
  return reason === '' ? '' : `: ${reason}`
}

/** `rotateEvery` becomes `rotate-every`. */
function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
