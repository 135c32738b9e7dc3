// Servers that are processes of their own: started, watched, stopped, killed, paused. They never outlive this process.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { atExit } from './exit.ts'
import { childrenOf, isRunning, standsStill } from './processes.ts'

/** Seconds in which a server must be up, and seconds in which it must have stopped before it is killed. */
const patience = { start: 60, stop: 15 }

/** What can be done with a server of any kind. */
export interface Server {
  /** The process that was started last. */
  readonly pid: number
  /** Ends it in good order and removes its folder. Does no harm when it has ended already. */
  stop(): Promise<void>
  /** Ends it as a crash would: SIGKILL, to the processes that it started too. `restart` brings it back. */
  kill(): Promise<void>
  /** Ends it in good order, if it runs, and starts it again on the same port with the same folder. */
  restart(): Promise<void>
  /** SIGSTOP, to the processes that it started too: connections stay open, and nothing answers. Resolves when they stand still. */
  pause(): Promise<void>
  /** SIGCONT: it goes on where it was. */
  resume(): Promise<void>
}

export interface ServerPlan {
  /** For messages: `Redis`. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Another user to run as, by number. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  /** The signals that end it in good order, and at once when this process ends. */
  readonly signals: { readonly stop: NodeJS.Signals; readonly exit: NodeJS.Signals }
  /** Whether it answers. What throws does not. */
  isUp(running: RunningProcess): Promise<boolean>
  /** What remains to be done when it was stopped for good, or could not start. */
  clear(): void
}

export interface RunningProcess {
  readonly pid: number
  /** All that it has written. */
  log(): string
}

interface WatchedProcess extends RunningProcess {
  readonly ended: Promise<unknown>
  hasEnded(): boolean
}

/** Starts what the plan says, and resolves when it is up. */
export async function startServer(plan: ServerPlan): Promise<Server> {
  let current = await launch(plan).catch((error: unknown) => {
    plan.clear()
    throw error
  })
  return {
    get pid() {
      return current.pid
    },
    async stop() {
      await end(current, plan.signals.stop)
      plan.clear()
    },
    async kill() {
      await kill(current)
    },
    async restart() {
      await end(current, plan.signals.stop)
      current = await launch(plan)
    },
    async pause() {
      await pause(current)
    },
    async resume() {
      resume(current)
    },
  }
}

async function launch(plan: ServerPlan): Promise<WatchedProcess> {
  const started = await startProcess(plan)
  try {
    await untilUp(plan, started)
  } catch (error) {
    await kill(started)
    throw error
  }
  return started
}

async function startProcess({
  name,
  command,
  args,
  cwd,
  env,
  user,
  signals,
}: ServerPlan): Promise<WatchedProcess> {
  // a process group of its own: Ctrl-C in a terminal is for us, and we end what we started
  const child = spawn(command, args, {
    cwd,
    ...user,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log += text))
  await once(child, 'spawn').catch((cause: unknown) => {
    throw new Error(`${name} cannot be run from ${command}`, { cause })
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${name} has no process`)
  const ended = once(child, 'exit')
  const running: WatchedProcess = {
    pid,
    log: () => log,
    ended,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
  }
  const forget = atExit(() => {
    signal(pid, signals.exit)
    resume(running)
  })
  void ended.finally(forget)
  return running
}

async function untilUp({ name, isUp }: ServerPlan, running: WatchedProcess): Promise<void> {
  const deadline = performance.now() + patience.start * 1000
  while (!(await isUp(running).catch(() => false))) {
    if (running.hasEnded()) throw new Error(`${name} ended at its start:\n${running.log()}`)
    if (performance.now() > deadline)
      throw new Error(`${name} was not up after ${patience.start} seconds:\n${running.log()}`)
    await sleep(20)
  }
}

async function end(running: WatchedProcess, how: NodeJS.Signals): Promise<void> {
  if (running.hasEnded()) return
  signal(running.pid, how)
  // one that is paused would never read it
  resume(running)
  const tooLate = new AbortController()
  const late = sleep(patience.stop * 1000, undefined, { signal: tooLate.signal }).catch(() => undefined)
  await Promise.race([running.ended, late])
  tooLate.abort()
  if (!running.hasEnded()) await kill(running)
}

async function kill(running: WatchedProcess): Promise<void> {
  if (running.hasEnded()) return
  // paused, it starts no further process while we count them
  const all = await pause(running)
  for (const pid of all) signal(pid, 'SIGKILL')
  await running.ended
  await untilAll(all, (pid) => !isRunning(pid))
}

/** Answers the processes that stand still now. */
async function pause(running: WatchedProcess): Promise<number[]> {
  signal(running.pid, 'SIGSTOP')
  await untilAll([running.pid], standsStill)
  const children = childrenOf(running.pid)
  for (const pid of children) signal(pid, 'SIGSTOP')
  await untilAll(children, standsStill)
  return [running.pid, ...children]
}

function resume({ pid }: RunningProcess): void {
  for (const each of [...childrenOf(pid), pid]) signal(each, 'SIGCONT')
}

async function untilAll(pids: readonly number[], holds: (pid: number) => boolean): Promise<void> {
  while (!pids.every(holds)) await sleep(5)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // it has ended
  }
}
