import { spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** What must not outlive this process: another one, which is ended by this signal, or a folder. */
export type Charge = { readonly pid: number; readonly signal: NodeJS.Signals } | { readonly folder: string }

/** A line to the caretaker: a charge to take, or, with no charge, the one of this number to forget. */
export interface CaretakerLine {
  readonly id: number
  readonly charge?: Charge
}

let caretaker: Writable | undefined
let charges = 0

/**
 * Sees to it that something does not outlive this process, however it ends: even by SIGKILL, as test runners end their workers.
 * Answers a function to call when the matter is settled.
 */
export function neverLeaveBehind(charge: Charge): () => void {
  const tell = (line: CaretakerLine) => {
    caretaker ??= startCaretaker()
    caretaker.write(`${JSON.stringify(line)}\n`)
  }
  const id = charges++
  tell({ id, charge })
  return () => {
    tell({ id })
  }
}

/** A process that acts when its input ends, which is when we do. Ours does not wait for it. */
function startCaretaker(): Writable {
  const program = fileURLToPath(new URL('caretaker.ts', import.meta.url))
  const child = spawn(process.execPath, [program], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.unref()
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return child.stdin
}
