import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Backend } from './backends.ts'
import { ISSUER, SECRET_A } from './harness.ts'
import type { Job, Report } from './worker.ts'

export interface Worker {
  readonly run: (job: Job) => Promise<Report>
  /** Resolves to the signal that ended the process. */
  readonly runUntilDead: (job: Job) => Promise<string | null>
  readonly stop: () => Promise<void>
}

/** Starts so many processes on the same data, and waits until all are connected. */
export function startWorkers(count: number, backend: Backend): Promise<readonly Worker[]> {
  return Promise.all(Array.from({ length: count }, async () => startWorker(backend)))
}

async function startWorker(backend: Backend): Promise<Worker> {
  const setting = JSON.stringify([backend, { secrets: [SECRET_A], issuer: ISSUER }])
  const child = fork(new URL('worker.ts', import.meta.url), [setting], {
    execArgv: ['--conditions=@countersign/source', '--disable-warning=ExperimentalWarning'],
  })
  const exited = once(child, 'exit')
  await nextReport(child)
  return {
    async run(job) {
      const report = nextReport(child)
      child.send(job)
      return report
    },
    async runUntilDead(job) {
      child.send(job)
      const [, signal]: (string | null)[] = await exited
      return signal ?? null
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
    },
  }
}

async function nextReport(child: ChildProcess): Promise<Report> {
  const ended = new AbortController()
  const end = (): void => ended.abort(new Error('the process ended before it answered'))
  child.once('exit', end)
  const [report]: Report[] = await once(child, 'message', { signal: ended.signal })
  child.off('exit', end)
  if (report === undefined) throw new Error('the process said nothing')
  return report
}
