import { postgresStore } from '@countersign/store-postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { newSchema, testDatabase, type TestDatabase } from './support/database.ts'
import { login, refresh } from './support/inputs.ts'
import { startWorker, type Worker } from './support/processes.ts'
import { startProxy } from './support/proxy.ts'

let database: TestDatabase
const workers: Worker[] = []
beforeAll(async () => {
  database = await testDatabase()
})
afterEach(async () => {
  await Promise.all(workers.splice(0).map(async (worker) => worker.kill()))
})
afterAll(async () => database.close())

async function startWorkers(count: number, schema: string, url = database.url): Promise<readonly Worker[]> {
  const started = await Promise.all(Array.from({ length: count }, async () => startWorker(url, schema)))
  workers.push(...started)
  return started
}

async function newStore() {
  const schema = newSchema()
  const store = postgresStore(database.pool(), { schema })
  await store.init()
  return { schema, store }
}

describe('several processes', { timeout: 60_000 }, () => {
  it('[I-3] that present one token 50 times at once get one new generation', async () => {
    const { schema, store } = await newStore()
    await store.createSession(login('alice.1'))
    const started = await startWorkers(4, schema)
    const shares = [13, 13, 12, 12]
    const answers = await Promise.all(
      started.map(async (worker, index) =>
        worker.run({ rotate: refresh('alice.1', 1), times: shares[index] ?? 0 }),
      ),
    )
    const results = answers.flat()
    expect(results).toHaveLength(50)
    expect(results.filter(({ outcome }) => outcome === 'rotated')).toHaveLength(1)
    expect(results.filter(({ outcome }) => outcome === 'replayed')).toHaveLength(49)
    expect(new Set(results.map(({ session }) => session?.gen))).toEqual(new Set([2]))
  })

  it('[I-5] one that is killed between commit and answer: the retry gets the same generation', async () => {
    const { schema, store } = await newStore()
    await store.createSession(login('alice.1'))
    const proxy = await startProxy(database.url)
    try {
      const [worker] = await startWorkers(1, schema, proxy.url)
      proxy.loseAnswers()
      worker?.begin({ rotate: refresh('alice.1', 1), times: 1 })
      const pool = database.pool()
      await vi.waitFor(async () => {
        const { rows } = await pool.query(`SELECT gen FROM ${schema}.sessions WHERE sid = 'alice.1'`)
        expect(rows).toEqual([{ gen: '2' }])
      }, 10_000)
      await worker?.kill()
    } finally {
      await proxy.close()
    }
    const retried = await store.rotate(refresh('alice.1', 1))
    expect(retried).toMatchObject({ outcome: 'replayed', session: { gen: 2, revokedAt: undefined } })
    const next = await store.rotate(refresh('alice.1', 2, { cooldown: 30_000 }))
    expect(next).toMatchObject({ outcome: 'cooldown', session: { gen: 2 } })
  })

  it('that run init() at once, eight of them, install it once', async () => {
    const schema = newSchema()
    const started = await startWorkers(8, schema)
    const reports = await Promise.all(started.map(async (worker) => worker.run({ init: true })))
    expect(reports).toHaveLength(8)
    const { rows } = await database.pool().query(`SELECT version FROM ${schema}.installation`)
    expect(rows).toEqual([{ version: 2 }])
    const store = postgresStore(database.pool(), { schema })
    expect((await store.createSession(login('alice.1'))).session?.gen).toBe(1)
  })
})
