import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { AUDIENCE, ISSUER, spawnCommand, type Key } from './support.ts'

/** Projects that have the driver installed: drivers are found from where the command runs. */
const project = (name: string) => fileURLToPath(new URL(`../../store-${name}`, import.meta.url))

const name = `cli_${randomUUID().replaceAll('-', '')}`
const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
const STORES = {
  postgres: { url: inject('postgresUrl'), cwd: project('postgres'), own: ['--schema', name] },
  redis: { url: inject('redisUrl'), cwd: project('redis'), own: ['--prefix', name] },
  sqlite: { url: `sqlite:${join(folder, 'app.db')}`, cwd: project('sqlite'), own: [] },
}

interface PgClient {
  connect(): Promise<unknown>
  query(text: string): Promise<unknown>
  end(): Promise<void>
}

afterAll(async () => {
  rmSync(folder, { recursive: true })
  const pg = createRequire(`${STORES.postgres.cwd}/package.json`)('pg') as {
    Client: new (config: { connectionString: string }) => PgClient
  }
  const client = new pg.Client({ connectionString: STORES.postgres.url })
  await client.connect()
  await client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`)
  await client.end()
})

describe.each(Object.entries(STORES))('on %s', (kind, { url, cwd, own }) => {
  const env = { COUNTERSIGN_STORE: url }
  const spawn = (...args: string[]) => spawnCommand([...args, ...own], { cwd, env })
  // how keys are encrypted is tested with SQLite: here it would only take time
  const ring = ['--issuer', ISSUER, '--unencrypted']
  const keys = async () => JSON.parse((await spawn('keys', 'list', ...ring, '--json')).stdout) as Key[]

  it('a store is prepared, as often as you like', async () => {
    const ready = { code: 0, stdout: `{\n  "store": "${kind}",\n  "ready": true\n}\n`, stderr: '' }
    expect(await spawn('store', 'init', '--json')).toEqual(ready)
    const again = await Promise.all([spawn('store', 'init', '--json'), spawn('store', 'init', '--json')])
    expect(again).toEqual([ready, ready])
    expect(await spawn('store', 'prune')).toEqual({ code: 0, stdout: '0 rows deleted.\n', stderr: '' })
  }, 60_000)

  it('[I-39] a ring is made, 20 processes that rotate it at once make one next key, and it signs', async () => {
    expect((await spawn('keys', 'generate', ...ring)).code).toBe(0)
    const all = await Promise.all(
      Array.from({ length: 20 }, () => spawn('keys', 'rotate', ...ring, '--json')),
    )
    const kids = new Set(all.map(({ stdout }) => (JSON.parse(stdout) as Key).kid))
    expect(kids.size).toBe(1)
    expect((await keys()).map(({ kid, state }) => [state, kids.has(kid)])).toEqual([
      ['active', false],
      ['next', true],
    ])
    const minted = await spawn('token', 'mint', ...ring, '--subject', 'u', '--audience', AUDIENCE)
    expect(minted).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{86}\n$/) })
    const [active] = await keys()
    const retired = await spawnCommand(['keys', 'retire', ...ring, ...own, '--yes', '--', active!.kid], {
      cwd,
      env,
    })
    expect(retired.code).toBe(0)
    expect((await keys()).map(({ state }) => state)).toEqual(['removed', 'active'])
  }, 120_000)
})
