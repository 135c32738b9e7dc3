// A store that is down, hangs, and comes back, as a browser sees it.
import { join } from 'node:path'
import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { PlainAnswer } from '../support/answer.ts'
import { StoreUnavailableError } from '@countersign/stores'
import { startPostgres, startRedis, startRedisCluster, type Server } from '@countersign/services'
import { createSessions, type Sessions } from '@countersign/sessions'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { newFolder, openBackend, type Backend } from './sessions/backends.ts'
import { ISSUER, outcomeOf, refreshed, SECRET_A, subject, tagOf } from './sessions/harness.ts'
import { browserOn } from './sessions/request.ts'

/** A store of its own, and what can happen to it. */
interface Fragile {
  readonly backend: Backend
  readonly outages: Readonly<Record<string, Outage>>
}

/** Something happens to the server that keeps a session. Answers what ends it. */
type Outage = (sid: string) => Promise<() => Promise<void>>

const closing: (() => Promise<void> | void)[] = []
afterAll(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const outagesOf = (server: Server): Fragile['outages'] => ({
  down: async () => {
    await server.kill()
    return async () => server.restart()
  },
  hanging: async () => {
    await server.pause()
    return async () => server.resume()
  },
})

async function fragileRedis(kind: 'redis' | 'ioredis'): Promise<Fragile> {
  const server = await startRedis({ appendonly: true })
  closing.push(async () => server.stop())
  return { backend: { kind, url: server.url, prefix: 'app' }, outages: outagesOf(server) }
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

async function fragileCluster(kind: 'redis-cluster' | 'ioredis-cluster'): Promise<Fragile> {
  const cluster = await startRedisCluster({ appendonly: true, nodeTimeout: 1000 })
  closing.push(async () => cluster.stop())
  /** By the first six bits of the tag: the 64 buckets are spread evenly, 21, 22 and 21. */
  const nodeOf = async (sid: string) => {
    const bucket = BASE64URL.indexOf(tagOf(sid).charAt(0))
    return cluster.nodes[Math.floor(((bucket + 0.5) * cluster.nodes.length) / BASE64URL.length)]!
  }
  /** Nothing is served until all is served: the nodes that are left answer CLUSTERDOWN. */
  const untilNoticed = async (lost: Server) => {
    const left = cluster.nodes.filter((node) => node !== lost)
    for (const { url } of left) {
      const client = createClient({ url })
      client.on('error', () => undefined)
      await client.connect()
      await expect.poll(async () => client.clusterInfo(), { timeout: 20_000 }).toContain('cluster_state:fail')
      client.destroy()
    }
  }
  const killed = async (lost: Server) => {
    await lost.kill()
    return async () => {
      await lost.restart()
      await cluster.untilWhole()
    }
  }
  return {
    backend: { kind, nodes: cluster.nodes.map(({ host, port }) => ({ host, port })), prefix: 'app' },
    outages: {
      'its node down': async (sid) => killed(await nodeOf(sid)),
      'its node down, which the others know': async (sid) => {
        const lost = await nodeOf(sid)
        const end = await killed(lost)
        await untilNoticed(lost)
        return end
      },
      'another node down, which the others know': async (sid) => {
        const own = await nodeOf(sid)
        const lost = cluster.nodes.find((node) => node !== own)!
        const end = await killed(lost)
        await untilNoticed(lost)
        return end
      },
      'its node hanging': async (sid) => {
        const lost = await nodeOf(sid)
        await lost.pause()
        return async () => {
          await lost.resume()
          await cluster.untilWhole()
        }
      },
    },
  }
}

const stores: Readonly<Record<string, () => Promise<Fragile>>> = {
  PostgreSQL: async () => {
    const server = await startPostgres()
    closing.push(async () => server.stop())
    return { backend: { kind: 'postgres', url: server.url, schema: 'app' }, outages: outagesOf(server) }
  },
  'Redis by redis': async () => fragileRedis('redis'),
  'Redis by ioredis': async () => fragileRedis('ioredis'),
  'Redis Cluster by redis': async () => fragileCluster('redis-cluster'),
  'Redis Cluster by ioredis': async () => fragileCluster('ioredis-cluster'),
  SQLite: async () => {
    const folder = newFolder()
    closing.push(() => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 'auth.sqlite')
    const locked = async () => {
      const other = new DatabaseSync(file)
      other.exec('BEGIN IMMEDIATE')
      return async () => other.close()
    }
    return { backend: { kind: 'sqlite', file }, outages: { locked } }
  },
}

function expectUnavailable(answer: PlainAnswer): void {
  expect(answer.status).toBe(503)
  expect(answer.headers['Retry-After']).toMatch(/^\d+$/)
  expect(answer.headers).not.toHaveProperty('Set-Cookie')
  const { status, code } = JSON.parse(answer.body ?? '')
  expect(status).toBe(503)
  // by the route itself, or by the judge of the access token before it
  expect(code).toMatch(/^(session_store|revocation)_unavailable$/)
}

const isHanging = (outage: string): boolean => outage.endsWith('hanging')

describe.each(Object.entries(stores))('%s', { timeout: 120_000 }, (_kind, start) => {
  let backend: Backend
  let outages: Fragile['outages']
  beforeAll(async () => {
    ;({ backend, outages } = await start())
    const { store, close } = await openBackend(backend)
    await store.init()
    await close()
  }, 90_000)

  /** Sessions on a store that is soon given up. */
  async function openSessions(): Promise<Sessions> {
    const { store, close } = await openBackend(backend, { patience: 700 })
    onTestFinished(close)
    return createSessions({ issuer: ISSUER, origin: ISSUER, secrets: [SECRET_A], store })
  }

  it('[I-9] unavailable: 503 with Retry-After, no cookie touched, and every token good when it is back', async () => {
    const sessions = await openSessions()
    const user = subject()
    const browser = browserOn(sessions.routes({ login: () => ({ subject: user }) }))
    const statusOf = async (path: string) => (await browser.send('POST', path, {})).status
    await expect.poll(async () => statusOf('/login'), { timeout: 20_000 }).toBe(200)
    for (const [name, begin] of Object.entries(outages)) {
      const before = [...browser.jar]
      const [session] = await answered(async () => sessions.list({ subject: user }))
      const end = await begin(session?.id ?? '')
      try {
        // a server that hangs does later what it was asked, so there only what may be asked twice
        const paths = isHanging(name) ? ['/refresh'] : ['/refresh', '/logout', '/logout-all', '/login']
        for (const path of paths) expectUnavailable(await browser.send('POST', path, {}))
        expect([...browser.jar], name).toEqual(before)
      } finally {
        await end()
      }
      const statuses: number[] = []
      const refresh = async () => {
        const status = await statusOf('/refresh')
        statuses.push(status)
        return status
      }
      await expect.poll(refresh, { timeout: 20_000 }).toBe(200)
      expect(new Set([503, ...statuses]), name).toEqual(new Set([503, 200]))
      const list = async () => JSON.parse((await browser.send('GET', '/sessions')).body ?? '').sessions
      await expect.poll(list, { timeout: 20_000 }).toMatchObject([{ current: true }])
    }
    await expect.poll(async () => statusOf('/logout'), { timeout: 20_000 }).toBe(204)
    expect([...browser.jar]).toEqual([])
  })

  it('[I-2][I-18][I-19] through an outage: thieves are caught, what was ended stays so, endAll is done or done again', async () => {
    const sessions = await openSessions()
    for (const [name, begin] of Object.entries(outages)) {
      const robbed = await startAged()
      const leaving = await startAged()
      const gone = await startAged()
      expect(await sessions.end(gone.current)).toBe(true)
      const end = await begin(robbed.sid)
      let isDone = false
      try {
        await expect(sessions.refresh(robbed.current), name).rejects.toBeInstanceOf(StoreUnavailableError)
        isDone = await sessions.endAll({ subject: leaving.subject }).then(
          () => true,
          (error: unknown) => {
            if (error instanceof StoreUnavailableError) return false
            throw error
          },
        )
      } finally {
        await end()
      }
      const { refreshToken: next } = await answered(async () => refreshed(sessions, robbed.current))
      // asked again where the answer was lost, it was caught before
      expect(['reused', 'revoked'], name).toContain(
        await answered(async () => outcomeOf(sessions, robbed.stolen)),
      )
      expect(await answered(async () => outcomeOf(sessions, next)), name).toBe('revoked')
      if (!isDone) await answered(async () => sessions.endAll({ subject: leaving.subject }))
      for (const token of [leaving.current, gone.current])
        expect(await answered(async () => outcomeOf(sessions, token)), name).toBe('revoked')
    }
  })

  /** A session that was refreshed, and is past its cooldown: its first token is worth something to a thief alone. */
  async function startAged() {
    const ago = (seconds: number) =>
      openBackend(backend, { now: () => Date.now() - seconds * 1000 }).then(({ store, close }) => ({
        sessions: createSessions({ issuer: ISSUER, secrets: [SECRET_A], store }),
        close,
      }))
    const [first, second] = [await ago(200), await ago(100)]
    const user = subject()
    const started = await answered(async () => first.sessions.start({ subject: user }))
    const { refreshToken: current } = await answered(async () =>
      refreshed(second.sessions, started.refreshToken),
    )
    await Promise.all([first.close(), second.close()])
    return { subject: user, sid: started.session.id, stolen: started.refreshToken, current }
  }
})

/** What comes of it once the store answers. A refusal is an answer. */
async function answered<T>(operation: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 20_000
  for (;;) {
    try {
      return await operation()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || performance.now() > deadline) throw error
      await new Promise((resolve) => void setTimeout(resolve, 50))
    }
  }
}
