import { styleText } from 'node:util'
import type { Io } from './io.ts'

/** C1 controls, line separators, and marks that change the direction of text: terminals interpret them. */
const INTERPRETED = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g
/** The same and C0. */
const CONTROLS = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A value as JSON, without characters that a terminal interprets. */
export function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(INTERPRETED, escaped)
}

/** Text of unknown origin, without characters that a terminal interprets. */
export function printable(text: string): string {
  return text.replaceAll(CONTROLS, (char) => (char === '\n' ? char : escaped(char)))
}

/** Writes a line of data. */
export function line(io: Io, text: string): void {
  io.stdout(`${text}\n`)
}

/** Writes a line for people, apart from the data. */
export function note(io: Io, text: string): void {
  io.stderr(`${printable(text)}\n`)
}

type Color = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

/** Text in a color, only on a terminal and only if `NO_COLOR` is not set (https://no-color.org). */
export function paint(io: Io, color: Color, text: string): string {
  if (!io.isTTY.stdout || io.env['NO_COLOR'] || io.env['TERM'] === 'dumb') return text
  // `isTTY` was checked already, so `styleText` must not check the process's own stream.
  return styleText(color, text, { validateStream: false })
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
  if (Number.isNaN(date.getTime())) return 'not a date'
  const seconds = Math.trunc((at - now) / 1_000)
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  const relative = seconds === 0 ? 'now' : RELATIVE.format(Math.trunc(seconds / length), unit)
  return `${date.toISOString().replace('.000Z', 'Z')} (${relative})`
}
