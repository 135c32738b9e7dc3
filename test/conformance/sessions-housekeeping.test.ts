import { memoryStore, type Store } from '@countersign/stores'
import { fakeClock } from '@countersign/forge'
import { createSessions } from '@countersign/sessions'
import diagnostics from 'node:diagnostics_channel'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { columns } from './columns/index.ts'
import { NOTHING } from './handlers/echo-handler.ts'
import { LOGIN } from './sessions/requests.ts'
import { OWN, SECRET } from './sessions/session-app.ts'
import type { RunningApp } from './spec.ts'
import { send } from './wire/send.ts'

/** A store that deletes synchronously holds up nobody who signs in: Node has the whole answer by then. */
describe.each(columns)('$name, and the store that a login has prune', (column) => {
  const ANSWERED = 'http.server.response.finish'
  const steps: string[] = []
  const clock = fakeClock()
  const memory = memoryStore({ now: clock.now })
  const store: Store = {
    ...memory,
    async prune(limit) {
      steps.push('pruned')
      return memory.prune(limit)
    },
  }
  const sessions = createSessions({ issuer: OWN, origin: OWN, secrets: [SECRET], store, now: clock.now })
  const onAnswer = (): void => void steps.push('answered')
  let app: RunningApp

  beforeAll(async () => {
    const login = () => ({ subject: 'ada' })
    app = await column.startRoutes({
      auth: sessions.verification(),
      // a row of users comes late, as from a database
      sessions: sessions.routes({ login, user: () => new Promise(setImmediate) }),
      issuer: NOTHING,
      parseBodies: false,
      earlier: [],
    })
    diagnostics.subscribe(ANSWERED, onAnswer)
  })
  afterAll(async () => {
    diagnostics.unsubscribe(ANSWERED, onAnswer)
    await app.stop()
  })

  it('answers first, every time', async () => {
    for (let logins = 1; logins <= 3; logins++) {
      expect((await send(app.port, LOGIN)).status).toBe(200)
      await vi.waitFor(() => expect(steps).toHaveLength(2), 10_000)
      expect(steps.splice(0)).toEqual(['answered', 'pruned'])
      clock.advance(60)
    }
  })
})
