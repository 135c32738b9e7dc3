/** Streams, environment and clock of a command. Tests pass their own. */
export interface Io {
  /** Writes data, for programs and people. */
  stdout(text: string): void
  /** Writes notes and errors. */
  stderr(text: string): void
  readonly stdin: AsyncIterable<string | Uint8Array>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Directory of relative paths. */
  readonly cwd: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Whether each stream is a terminal. */
  readonly isTTY: { readonly stdin: boolean; readonly stdout: boolean }
}

/** The `Io` of a command, with a way to hide secrets. */
export interface CommandIo extends Io {
  /** Hides a secret: notes and errors show `***` in its place. */
  hide(secret: string): void
}

/** The same `Io`, but its notes and errors never contain a secret that a command hides. */
export function withoutSecrets(io: Io): CommandIo {
  const secrets = new Set<string>()
  return {
    ...io,
    hide: (secret) => {
      if (secret !== '') secrets.add(secret)
    },
    stderr(text) {
      // The longest first: one secret may be part of another.
      const longestFirst = [...secrets].toSorted((a, b) => b.length - a.length)
      io.stderr(longestFirst.reduce((shown, secret) => shown.replaceAll(secret, '***'), text))
    },
  }
}

/**
 * All of stdin as text.
 * @param limit greatest number of characters
 * @returns `undefined` if the text is longer
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

/** Asks a question on stderr. Returns true if the first line of stdin is y or yes. */
export async function confirm(io: Io, question: string): Promise<boolean> {
  io.stderr(`${question} [y/N] `)
  let text = ''
  for await (const chunk of io.stdin) {
    text += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)
    if (text.includes('\n')) break
  }
  return /^y(es)?$/i.test(text.split('\n')[0]?.trim() ?? '')
}
