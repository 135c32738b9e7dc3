// A store that is down, hangs, and comes back, as a browser sees it.
import { join } from 'node:path'
import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { HandlerResponse } from '@countersign/core/toolkit'
import { startPostgres, startRedis, type Server } from '@countersign/services'
import { createSessions } from '@countersign/sessions'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { newFolder, openBackend, type Backend } from './sessions/backends.ts'
import { ISSUER, SECRET_A, subject } from './sessions/harness.ts'
import { browserOn } from './sessions/request.ts'

/** A store of its own, and what can happen to it. */
interface Fragile {
  readonly backend: Backend
  /** Each answers what ends the outage. */
  readonly outages: Readonly<Record<string, () => Promise<() => Promise<void>>>>
}

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

const stores: Readonly<Record<string, () => Promise<Fragile>>> = {
  PostgreSQL: async () => {
    const server = await startPostgres()
    closing.push(async () => server.stop())
    return { backend: { kind: 'postgres', url: server.url, schema: 'app' }, outages: outagesOf(server) }
  },
  'Redis by redis': async () => fragileRedis('redis'),
  'Redis by ioredis': async () => fragileRedis('ioredis'),
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

function expectUnavailable(answer: HandlerResponse): void {
  expect(answer.status).toBe(503)
  expect(answer.headers['Retry-After']).toMatch(/^\d+$/)
  expect(answer.headers).not.toHaveProperty('Set-Cookie')
  const { status, code } = JSON.parse(answer.body ?? '')
  expect(status).toBe(503)
  // by the route itself, or by the judge of the access token before it
  expect(code).toMatch(/^(session_store|revocation)_unavailable$/)
}

describe.each(Object.entries(stores))('%s', { timeout: 90_000 }, (_kind, start) => {
  it('[I-9] unavailable: 503 with Retry-After, no cookie touched, and every token good when it is back', async () => {
    const { backend, outages } = await start()
    const { store, close } = await openBackend(backend, { patience: 700 })
    onTestFinished(close)
    await store.init()
    const sessions = createSessions({ issuer: ISSUER, origin: ISSUER, secrets: [SECRET_A], store })
    const user = subject()
    const browser = browserOn(sessions.routes({ login: () => ({ subject: user }) }))
    expect((await browser.send('POST', '/login', {})).status).toBe(200)
    for (const [name, begin] of Object.entries(outages)) {
      const before = [...browser.jar]
      const end = await begin()
      try {
        // a server that hangs does later what it was asked, so there only what may be asked twice
        const paths = name === 'hanging' ? ['/refresh'] : ['/refresh', '/logout', '/logout-all', '/login']
        for (const path of paths) expectUnavailable(await browser.send('POST', path, {}))
        expect([...browser.jar], name).toEqual(before)
      } finally {
        await end()
      }
      await expect
        .poll(async () => (await browser.send('POST', '/refresh', {})).status, { timeout: 20_000 })
        .toBe(200)
      const { sessions: list } = JSON.parse((await browser.send('GET', '/sessions')).body ?? '')
      expect(list).toMatchObject([{ current: true }])
    }
    expect((await browser.send('POST', '/logout', {})).status).toBe(204)
    expect([...browser.jar]).toEqual([])
  })
})
