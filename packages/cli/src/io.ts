/** The world as a command sees it. Tests give another one. */
export interface Io {
  /** Writes data, for programs and people. */
  stdout(text: string): void
  /** Writes notes and errors. */
  stderr(text: string): void
  readonly stdin: AsyncIterable<string | Uint8Array>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Directory that relative paths start from. */
  readonly cwd: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Which streams are a terminal. */
  readonly isTTY: { readonly stdin: boolean; readonly stdout: boolean }
}

/** What a command is given: the world, and a way to name what must never get into a message. */
export interface CommandIo extends Io {
  /** Remembers a secret; notes and errors show `***` in its place. */
  hide(secret: string): void
}

/** The same world, whose notes and errors hold none of the secrets that a command names. */
export function withoutSecrets(io: Io): CommandIo {
  const secrets = new Set<string>()
  return {
    ...io,
    hide: (secret) => {
      if (secret !== '') secrets.add(secret)
    },
    stderr(text) {
      // The longest first: one may be part of another.
      const longestFirst = [...secrets].toSorted((a, b) => b.length - a.length)
      io.stderr(longestFirst.reduce((shown, secret) => shown.replaceAll(secret, '***'), text))
    },
  }
}

/**
 * All of stdin as text.
 * @param limit characters after which it is `undefined`
 */
export async function readAll(stdin: Io['stdin'], limit: number): Promise<string | undefined> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of stdin) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    if (text.length > limit) return undefined
  }
  return text + decoder.decode()
}

/** Asks a question on stderr; the answer is yes where the first line of stdin says so, and else no. */
export async function confirm(io: Io, question: string): Promise<boolean> {
  io.stderr(`${question} [y/N] `)
  let text = ''
  for await (const chunk of io.stdin) {
    text += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)
    if (text.includes('\n')) break
  }
  return /^y(es)?$/i.test(text.split('\n')[0]?.trim() ?? '')
}
