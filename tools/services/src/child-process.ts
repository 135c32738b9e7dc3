// Programs that are started and never outlive this process, nor do the processes that they start.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { neverLeaveBehind } from './left-behind.ts'

export interface Program {
  /** For messages: `Redis`. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Another user to run as, by number. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  /** The signal that ends it at once when this process ends. Default: SIGKILL. */
  readonly exitSignal?: NodeJS.Signals
}

export interface RunningProgram {
  readonly pid: number
  /** All that it has written, in both its streams. */
  log(): string
  /** Resolves to its exit code, or to `null` where a signal ended it. */
  readonly ended: Promise<number | null>
  hasEnded(): boolean
}

/** Starts a program. Throws where there is none. */
export async function startProgram(program: Program): Promise<RunningProgram> {
  const { name, command, args, cwd, env, user, exitSignal = 'SIGKILL' } = program
  // a process group of its own: Ctrl-C in a terminal is for us, and we end what we started
  const child = spawn(command, args, {
    cwd,
    ...user,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { pid } = child
  // there is none when it could not be started
  const settle = pid === undefined ? undefined : neverLeaveBehind({ pid, signal: exitSignal })
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log += text))
  // when all is read that it wrote, while `exit` may come before
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  await once(child, 'spawn').catch((cause: unknown) => {
    throw new Error(`${name} cannot be run from ${command}`, { cause })
  })
  if (pid === undefined) throw new Error(`${name} has no process`)
  return {
    pid,
    log: () => log,
    ended: closed.finally(settle),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
  }
}

/** Runs a program to its end and answers what it wrote. Throws where that was a failure. */
export async function runProgram(program: Program): Promise<string> {
  const running = await startProgram(program)
  const code = await running.ended
  if (code !== 0) throw new Error(`${program.name} failed:\n${running.log()}`)
  return running.log()
}
