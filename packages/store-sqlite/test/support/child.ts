import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Store } from '@countersign/stores'
import { sqliteStore } from '@countersign/store-sqlite'
import { newSession, presented } from './requests.ts'
import type { Answer, Ending, Task } from './tasks.ts'

const LONG = 3_600_000

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
    case 'dieBeforeLog':
      await end(sqliteStore(new DyingDatabase(file)), task.ending)
      throw new Error('still alive')
    case 'endForEver':
      for (let index = task.first; ; index++) {
        await store.createSession(newSession(`tag.${index}`))
        await store.endSession(`tag.${index}`, 'logout', LONG)
        if (index === task.first) process.send?.([])
      }
    case 'dieInTransaction':
      new DatabaseSync(file).exec('BEGIN IMMEDIATE; UPDATE countersign_sessions SET gen = 9, revoked_at = 1')
      return die()
  }
}

/** A database whose process is killed when the first entry is to be written to the log. */
class DyingDatabase extends DatabaseSync {
  override prepare(text: string): StatementSync {
    const statement = super.prepare(text)
    if (text.startsWith('INSERT INTO countersign_log ')) statement.run = die
    return statement
  }
}

/** Ends the session `tag.0`, or changes it. */
async function end(dying: Store, ending: Ending): Promise<unknown> {
  const sid = 'tag.0'
  const owner = { subjectTag: 'tag', keepFor: LONG, issuer: 'https://auth.example.com', key: 'alice' }
  switch (ending) {
    case 'logout':
      return dying.endSession(sid, 'logout', LONG)
    case 'replaced':
      return dying.createSession({ ...newSession('tag.1'), replaces: sid })
    case 'evicted':
      return dying.createSession({ ...newSession('tag.1'), limit: 1, overLimit: 'evict' })
    case 'reused':
      return dying.rotate(presented(sid, -1))
    case 'changed':
      return dying.changeSession({ sid, data: 'new', expectedVersion: 1, revokeFor: LONG })
    case 'raised':
      return dying.raiseEpoch({ ...owner, revokeFor: LONG, exceptSid: undefined, keptElsewhere: undefined })
    case 'erased':
      return dying.eraseSubject({ ...owner, revokeFor: LONG })
    case 'provider':
      return dying.endProviderSessions({ issuer: 'idp', sid: 'a' }, LONG)
    case 'recovered':
      return dying.recoverSessions(Date.now(), LONG)
  }
}

/** Nothing runs after this: no answer is sent, no file closed. */
function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('still alive')
}
