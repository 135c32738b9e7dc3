import { styleText } from 'node:util'
import type { Io } from './io.ts'

/** C1 controls, separators of lines, and marks that turn the direction of text: terminals obey them. */
const OBEYED = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g
/** The same and C0. */
const CONTROLS = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A value as JSON that a terminal shows and does not obey. */
export function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(OBEYED, escaped)
}

/** Text of unknown origin, which a terminal shows and does not obey. */
export function printable(text: string): string {
  return text.replaceAll(CONTROLS, (char) => (char === '\n' ? char : escaped(char)))
}

/** A line of data. */
export function line(io: Io, text: string): void {
  io.stdout(`${text}\n`)
}

/** A line for people, beside the data. */
export function note(io: Io, text: string): void {
  io.stderr(`${printable(text)}\n`)
}

type Colour = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

/** Text in a colour, on a terminal alone and where `NO_COLOR` is not set (https://no-color.org). */
export function paint(io: Io, colour: Colour, text: string): string {
  if (!io.isTTY.stdout || io.env['NO_COLOR'] || io.env['TERM'] === 'dumb') return text
  // `isTTY` was asked: what `styleText` finds out about the process is beside the point.
  return styleText(colour, text, { validateStream: false })
}

/** Rows in columns, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const UNITS = [
  ['year', 31_536_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

const RELATIVE = new Intl.RelativeTimeFormat('en')

/** A time and how far away it is, such as `2026-01-01T00:00:00Z (in 9 minutes)`. Milliseconds since the epoch. */
export function time(at: number, now: number): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return 'no date'
  const seconds = Math.trunc((at - now) / 1_000)
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  const relative = seconds === 0 ? 'now' : RELATIVE.format(Math.trunc(seconds / length), unit)
  return `${date.toISOString().replace('.000Z', 'Z')} (${relative})`
}
