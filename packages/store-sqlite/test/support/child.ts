import { DatabaseSync } from 'node:sqlite'
import { sqliteStore } from '@countersign/store-sqlite'
import { presented } from './requests.ts'
import type { Answer, Task } from './tasks.ts'

const file = process.argv[2] ?? ''
const store = sqliteStore(file)

process.on('message', (task: Task) => {
  void perform(task).then((answer) => process.send?.(answer))
})
process.send?.([])

async function perform(task: Task): Promise<Answer> {
  switch (task.do) {
    case 'init': {
      const another = sqliteStore(task.file)
      await another.init()
      const answer = await another.useOnce('proof', 'id', Date.now() + 3_600_000)
      another.close()
      return [answer]
    }
    case 'rotate': {
      const answers: (string | number | undefined)[] = []
      for (let i = 0; i < task.times; i++) {
        const { outcome, session } = await store.rotate(presented(task.sid, task.gen))
        answers.push(outcome, session?.gen)
      }
      return answers
    }
    case 'useOnce': {
      const answers: boolean[] = []
      for (const id of task.ids) answers.push(await store.useOnce('proof', id, Date.now() + 3_600_000))
      return answers
    }
    case 'writeKeyRing': {
      const answers: boolean[] = []
      for (let i = 0; i < task.versions; i++) answers.push(await store.writeKeyRing('main', i, task.content))
      return answers
    }
    case 'rotateAndDie':
      await store.rotate(presented(task.sid, task.gen))
      return die()
    case 'dieInTransaction':
      new DatabaseSync(file).exec('BEGIN IMMEDIATE; UPDATE countersign_sessions SET gen = 9, revoked_at = 1')
      return die()
  }
}

/** Nothing runs after this: no answer is sent, no file closed. */
function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('still alive')
}
