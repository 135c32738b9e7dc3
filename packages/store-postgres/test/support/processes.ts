import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { RotateResult } from '@countersign/stores'
import type { Job, Report } from './worker.ts'

/** Another process with a store on the same schema. */
export interface Worker {
  run(job: Job): Promise<readonly RotateResult[]>
  /** Starts a job whose answer nobody will read. */
  begin(job: Job): void
  /** SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>
}

/** Starts a process and waits until it is connected. */
export async function startWorker(url: string, schema: string): Promise<Worker> {
  const child = fork(new URL('worker.ts', import.meta.url), [url, schema], {
    execArgv: ['--conditions=@countersign/source'],
  })
  await nextReport(child)
  return {
    async run(job) {
      const answer = nextReport(child)
      child.send(job)
      const report = await answer
      return 'results' in report ? report.results : []
    },
    begin(job) {
      child.send(job)
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function nextReport(child: ChildProcess): Promise<Report> {
  const ended = new AbortController()
  child.once('exit', () => ended.abort(new Error('the process ended before it answered')))
  const [report]: Report[] = await once(child, 'message', { signal: ended.signal })
  if (report === undefined) throw new Error('the process said nothing')
  return report
}
