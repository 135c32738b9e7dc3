// Every contender has its own process, so that its garbage and its effect on the compiler do not slow down another one. All
// processes exist at the same time and take turns, a batch each: A B C A B C.
import { fork, spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

const children = new Set()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** After this time, a call without an answer counts as failed. */
const TIMEOUT = 120_000

/**
 * Starts a worker script; its exported tasks are called by name.
 * @param {{ script: string, node: string, core?: number, args?: string[] }} options
 */
export function startWorker({ script, node, core, args = [] }) {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = fork(path, args, {
    execPath: node,
    execArgv: ['--expose-gc'],
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  children.add(child)
  if (core !== undefined) pin(child.pid, core)
  const waiting = new Map()
  let last = 0
  child.on('message', ({ id, value, error }) => {
    const call = waiting.get(id)
    waiting.delete(id)
    clearTimeout(call.timer)
    if (error === undefined) call.resolve(value)
    else call.reject(new Error(error))
  })
  child.on('exit', (code, signal) => {
    children.delete(child)
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer)
      reject(new Error(`worker ${args.join(' ')} ended: ${signal ?? code}`))
    }
  })
  return {
    pid: child.pid,
    call: (task, ...parameters) =>
      new Promise((resolve, reject) => {
        const id = ++last
        const timer = setTimeout(
          () => reject(new Error(`${args.join(' ')}: ${task} takes too long`)),
          TIMEOUT,
        )
        waiting.set(id, { resolve, reject, timer })
        child.send({ id, task, parameters })
      }),
    stop: () => child.kill('SIGKILL'),
  }
}

/** The worker's side. */
export function serveTasks(tasks) {
  const answer = async ({ id, task, parameters }) => {
    try {
      process.send({ id, value: await tasks[task](...parameters) })
    } catch (error) {
      process.send({ id, error: error?.stack ?? String(error) })
    }
  }
  process.on('message', (message) => {
    void answer(message)
  })
  process.on('disconnect', () => process.exit(0))
}

/** The measured process runs on the last core, everything else on the first. */
export const MEASURED_CORE = availableParallelism() - 1
export const LOAD_CORE = 0

let pinned
/** Whether processes can be pinned: Linux with taskset, and more than one core. */
export const isPinned = () => pinned ?? false

function pin(pid, core) {
  if (availableParallelism() < 2 || process.platform !== 'linux') return
  const { status } = spawnSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' })
  pinned = status === 0
}
