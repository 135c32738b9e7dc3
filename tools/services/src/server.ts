// Servers that are processes of their own: started, stopped, killed, paused.
import { setTimeout as sleep } from 'node:timers/promises'
import { startProgram, type Program, type RunningProgram } from './child-process.ts'
import { childrenOf, isRunning, sendSignal, standsStill } from './processes.ts'

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

export interface ServerPlan extends Program {
  /** The signal that ends it in good order. */
  readonly stopSignal: NodeJS.Signals
  /** Whether it answers. What throws does not. */
  isUp(running: RunningProgram): Promise<boolean>
  /** What remains to be done when it was stopped for good, or could not start. */
  clear(): void
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
      await end(current, plan.stopSignal)
      plan.clear()
    },
    async kill() {
      await kill(current)
    },
    async restart() {
      await end(current, plan.stopSignal)
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

async function launch(plan: ServerPlan): Promise<RunningProgram> {
  const started = await startProgram(plan)
  try {
    await untilUp(plan, started)
  } catch (error) {
    await kill(started)
    throw error
  }
  return started
}

async function untilUp({ name, isUp }: ServerPlan, running: RunningProgram): Promise<void> {
  const deadline = performance.now() + patience.start * 1000
  while (!(await isUp(running).catch(() => false))) {
    if (running.hasEnded()) throw new Error(`${name} ended at its start:\n${running.log()}`)
    if (performance.now() > deadline)
      throw new Error(`${name} was not up after ${patience.start} seconds:\n${running.log()}`)
    await sleep(20)
  }
}

async function end(running: RunningProgram, how: NodeJS.Signals): Promise<void> {
  if (running.hasEnded()) return
  sendSignal(running.pid, how)
  // one that is paused would never read it
  resume(running)
  const tooLate = new AbortController()
  const late = sleep(patience.stop * 1000, undefined, { signal: tooLate.signal }).catch(() => undefined)
  await Promise.race([running.ended, late])
  tooLate.abort()
  if (!running.hasEnded()) await kill(running)
}

async function kill(running: RunningProgram): Promise<void> {
  if (running.hasEnded()) return
  // paused, it starts no further process while we count them
  const all = await pause(running)
  for (const pid of all) sendSignal(pid, 'SIGKILL')
  await running.ended
  await untilAll(all, (pid) => !isRunning(pid))
}

/** Answers the processes that stand still now. */
async function pause(running: RunningProgram): Promise<number[]> {
  sendSignal(running.pid, 'SIGSTOP')
  await untilAll([running.pid], standsStill)
  const children = childrenOf(running.pid)
  for (const pid of children) sendSignal(pid, 'SIGSTOP')
  await untilAll(children, standsStill)
  return [running.pid, ...children]
}

function resume({ pid }: RunningProgram): void {
  for (const each of [...childrenOf(pid), pid]) sendSignal(each, 'SIGCONT')
}

async function untilAll(pids: readonly number[], holds: (pid: number) => boolean): Promise<void> {
  while (!pids.every(holds)) await sleep(5)
}
