// Sessions in several processes at once, on every real store and its own clock.
import { createSessions } from '@countersign/sessions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBackend, type Backend, type OpenStore } from './sessions/backends.ts'
import { identityOf, ISSUER, outcomeOf, SECRET_A, subject } from './sessions/harness.ts'
import { startWorkers, type Worker } from './sessions/processes.ts'
import { backends } from './sessions/real.ts'

/** A session whose current token is past its cooldown, as if it had been there for a minute. */
async function agedSession(backend: Backend): Promise<string> {
  const past = await openBackend(backend, { now: () => Date.now() - 60_000 })
  const sessions = createSessions({
    issuer: ISSUER,
    secrets: [SECRET_A],
    store: past.store,
  })
  const { refreshToken } = await sessions.start({ subject: subject() })
  await past.close()
  return refreshToken
}

describe.each(Object.entries(backends))('processes on %s', { timeout: 60_000 }, (_kind, newBackend) => {
  let backend: Backend
  let opened: OpenStore
  let workers: readonly Worker[]
  beforeAll(async () => {
    backend = await newBackend()
    opened = await openBackend(backend)
    await opened.store.init()
    workers = await startWorkers(3, backend)
  }, 60_000)
  afterAll(async () => {
    await Promise.all(workers.map(async (one) => one.stop()))
    await opened.close()
  })
  const sessionsHere = () => createSessions({ issuer: ISSUER, secrets: [SECRET_A], store: opened.store })

  it('[I-3] 50 refreshes of one token from three processes: one new generation, all good, no theft', async () => {
    const token = await agedSession(backend)
    const reports = await Promise.all(
      [17, 17, 16].map(async (times, i) => workers[i]!.run({ do: 'refresh', token, times })),
    )
    const results = reports.flatMap((one) => one.results)
    expect(results).toHaveLength(50)
    expect(results.filter(([outcome]) => outcome === 'rotated')).toHaveLength(1)
    expect(results.filter(([outcome]) => outcome === 'replayed')).toHaveLength(49)
    const identities = new Set(results.map(([, next = '']) => identityOf(next)))
    expect([...identities]).toEqual([expect.stringMatching(/ 2$/)])
    const events = reports.flatMap((one) => one.events)
    expect(events).toHaveLength(50)
    expect(events).not.toContain('reused')
    expect(events).not.toContain('refused')
    expect(await outcomeOf(sessionsHere(), results[0]?.[1] ?? '')).toBe('cooldown')
  })

  it('[I-17][V-12] logged out in one process: refused in another', async () => {
    const sessions = sessionsHere()
    const { refreshToken, session } = await sessions.start({ subject: subject() })
    const [, other] = workers
    expect((await other!.run({ do: 'check', sid: session.id })).results).toEqual([['live']])
    await sessions.end(refreshToken)
    expect((await other!.run({ do: 'check', sid: session.id })).results).toEqual([['revoked']])
    expect((await other!.run({ do: 'refresh', token: refreshToken, times: 1 })).results).toEqual([
      ['revoked'],
    ])
  })

  it('[I-4][I-5] killed between commit and answer: the retry, elsewhere, gets the generation that was made', async () => {
    const token = await agedSession(backend)
    const [victim, other, third] = workers
    expect(await victim!.runUntilDead({ do: 'refreshAndDie', token })).toBe('SIGKILL')
    const retry = await other!.run({ do: 'refresh', token, times: 1 })
    expect(retry).toMatchObject({ results: [['replayed', expect.any(String)]], events: ['replayed'] })
    const [[, next = ''] = []] = retry.results
    expect(identityOf(next)).toMatch(/ 2$/)
    const again = await third!.run({ do: 'refresh', token, times: 1 })
    expect(again.results).toEqual([['replayed', next]])
    expect((await other!.run({ do: 'refresh', token: next, times: 1 })).results[0]?.[0]).toBe('cooldown')
  })
})
