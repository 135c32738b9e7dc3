// A program: it is told line by line what its parent must not leave behind, and clears that away when its input ends.
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CaretakerLine, Charge } from './left-behind.ts'
import { childrenOf, isRunning, sendSignal } from './processes.ts'

/** Milliseconds in which a process must have ended before it is killed. */
const patience = 5000

const charges = new Map<number, Charge>()
for await (const line of createInterface({ input: process.stdin })) {
  const { id, charge } = JSON.parse(line) as CaretakerLine
  if (charge) charges.set(id, charge)
  else charges.delete(id)
}

// processes first, since they write into the folders
const left = [...charges.values()]
await Promise.all(left.map(async (charge) => ('pid' in charge ? end(charge.pid, charge.signal) : undefined)))
for (const charge of left)
  if ('folder' in charge)
    rmSync(charge.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })

/** Ends a process and those that it started. */
async function end(pid: number, signal: NodeJS.Signals): Promise<void> {
  const all = [pid, ...childrenOf(pid)]
  for (const each of all) {
    sendSignal(each, signal)
    // one that is paused would never see it
    sendSignal(each, 'SIGCONT')
  }
  const deadline = performance.now() + patience
  while (all.some(isRunning) && performance.now() < deadline) await sleep(5)
  for (const each of all) sendSignal(each, 'SIGKILL')
}
