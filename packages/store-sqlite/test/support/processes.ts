import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Answer, Task } from './tasks.ts'

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))

/** A process of its own that has the database open. */
export interface StoreProcess {
  readonly run: (task: Task) => Promise<Answer>
  /** Runs a task that ends by SIGKILL. Resolves to the signal that ended the process. */
  readonly runUntilDead: (task: Task) => Promise<string | null>
  /** Lets a task run for so many milliseconds after it has begun, and kills it. */
  readonly runUntilKilled: (task: Task, milliseconds: number) => Promise<void>
  readonly stop: () => Promise<void>
}

/** Starts so many processes, and waits until all of them listen. */
export function startProcesses(count: number, file: string): Promise<StoreProcess[]> {
  return Promise.all(Array.from({ length: count }, () => startProcess(file)))
}

async function startProcess(file: string): Promise<StoreProcess> {
  const child = fork(CHILD, [file], {
    execArgv: ['--conditions=@countersign/source', '--disable-warning=ExperimentalWarning'],
  })
  const exited = once(child, 'exit')
  await nextMessage(child, exited)
  return {
    run: (task) => {
      const answer = nextMessage(child, exited)
      child.send(task)
      return answer
    },
    runUntilDead: async (task) => {
      child.send(task)
      const [, signal] = await exited
      return signal
    },
    runUntilKilled: async (task, milliseconds) => {
      const begun = nextMessage(child, exited)
      child.send(task)
      await begun
      await delay(milliseconds)
      child.kill('SIGKILL')
      await exited
    },
    stop: async () => {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

async function nextMessage(child: ChildProcess, exited: Promise<unknown[]>): Promise<Answer> {
  const gone = exited.then(([code, signal]) => {
    throw new Error(`the process ended (${String(code ?? signal)}) before it answered`)
  })
  const [message] = await Promise.race([once(child, 'message'), gone])
  return message
}
