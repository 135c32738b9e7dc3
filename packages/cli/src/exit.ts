/** Exit codes of the command. */
export const EXIT: Readonly<Record<'ok' | 'failed' | 'usage' | 'unavailable', number>> = Object.freeze({
  /** Done. */
  ok: 0,
  /** Rejected or failed: a token is not accepted, a key does not exist. */
  failed: 1,
  /** A wrong option or command, or input that cannot be read. */
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

/** An error in the command line. */
export function usageError(message: string): CommandError {
  return new CommandError(EXIT.usage, message)
}

/** The names of options in messages of our libraries, and the names that the command uses. */
const NAMES: readonly (readonly [string, string])[] = [
  ['option "keyEncryption.passphrase"', 'COUNTERSIGN_KEY_PASSPHRASE'],
  ['set "keyEncryption"', 'set COUNTERSIGN_KEY_PASSPHRASE or COUNTERSIGN_WRAPPING_KEY'],
  ['is "keyEncryption" right', 'is COUNTERSIGN_KEY_PASSPHRASE or COUNTERSIGN_WRAPPING_KEY right'],
  [
    'though "keyEncryption" is set',
    'though COUNTERSIGN_KEY_PASSPHRASE or COUNTERSIGN_WRAPPING_KEY is set (does the application set it?)',
  ],
  ['option "passphrase"', 'the passphrase (COUNTERSIGN_PASSPHRASE or --passphrase-file)'],
  ['set "passphrase"', 'set COUNTERSIGN_PASSPHRASE or --passphrase-file'],
  ['is "passphrase" right', 'is COUNTERSIGN_PASSPHRASE or --passphrase-file right'],
  ['option "secret"', 'the secret'],
  ['option "claims"', '--claim'],
]

/** An error as a message for people, and its exit code. Errors are recognized by their name: a store may have its own copy of the class. */
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

/** Errors in the input of a token. All of this input comes from options of the command. */
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
  // If connecting fails for all addresses of a host name, the error has a code, but no message.
  const reason = cause.message || ('code' in cause ? String(cause.code) : '')
  return reason === '' ? '' : `: ${reason}`
}

/** `rotateEvery` becomes `rotate-every`. */
function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
