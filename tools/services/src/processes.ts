// What the system knows of its processes: from /proc, and where there is none, from `ps`.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const hasProc = existsSync('/proc/self/stat')

interface ProcessState {
  readonly pid: number
  readonly parent: number
  /** One letter: `T` is stopped, `Z` has ended and waits for its parent to ask how. */
  readonly state: string
}

/** Whether a process runs, or could: one that is stopped still does, one that has ended and waits for its parent does not. */
export function isRunning(pid: number): boolean {
  const state = stateOf(pid)
  return state !== undefined && state !== 'Z' && state !== 'X'
}

/** Whether a process stands still, by SIGSTOP, or has ended. */
export function standsStill(pid: number): boolean {
  return stateOf(pid) === 'T' || !isRunning(pid)
}

/** The processes that this one started and that have not ended. */
export function childrenOf(pid: number): number[] {
  return allProcesses()
    .filter(({ parent, state }) => parent === pid && state !== 'Z')
    .map((child) => child.pid)
}

/** Sends a signal; to a process that has ended, none. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (isRunning(pid)) throw error
  }
}

function stateOf(pid: number): string | undefined {
  return hasProc ? fromProc(pid)?.state : listed().find((row) => row.pid === pid)?.state
}

function allProcesses(): ProcessState[] {
  if (!hasProc) return listed()
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => fromProc(Number(pid)) ?? [])
}

function fromProc(pid: number): ProcessState | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // ended since the folder was read
    return undefined
  }
  // The second field is the name in parentheses, which may hold anything, parentheses too.
  const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { pid, parent: Number(parent), state }
}

function listed(): ProcessState[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' })
  return [...rows.matchAll(/^\s*(\d+)\s+(\d+)\s+(\S)/gm)].map(([, pid, parent, state = '']) => ({
    pid: Number(pid),
    parent: Number(parent),
    state,
  }))
}
