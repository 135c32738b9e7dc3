import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  chromiumLaunchOptions,
  createDatabase,
  freePort,
  isRunning,
  startPostgres,
  startRedis,
  startRedisCluster,
} from '@countersign/services'
import { Client } from 'pg'
import { chromium } from 'playwright-core'
import { createClient, createCluster } from 'redis'
import { afterEach, describe, expect, inject, it, vi } from 'vitest'

const closing: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** Stopped after the test, whatever becomes of it. */
async function own<S extends { stop(): Promise<void> }>(starting: Promise<S>): Promise<S> {
  const server = await starting
  closing.push(server.stop)
  return server
}

/** Runs commands in one connection of their own. */
async function withRedis<T>(
  url: string,
  run: (client: ReturnType<typeof plainClient>) => Promise<T>,
): Promise<T> {
  const client = plainClient(url)
  await client.connect()
  try {
    return await run(client)
  } finally {
    client.destroy()
  }
}

function plainClient(url: string) {
  return createClient({ url, socket: { reconnectStrategy: false } })
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString })
  // the server may go away while the connection is open
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' })
    return rows.flat()
  } finally {
    await client.end()
  }
}

/** Whether it is settled within the time; it goes on by itself. */
async function settlesIn(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  )
  return Promise.race([settled, new Promise<false>((resolve) => setTimeout(resolve, milliseconds, false))])
}

describe('what all tests share', () => {
  it('answers in Redis', async () => {
    const key = `services:${crypto.randomUUID()}`
    await withRedis(inject('redisUrl'), async (client) => {
      expect(await client.ping()).toBe('PONG')
      await client.set(key, 'kept', { EX: 60 })
      expect(await client.get(key)).toBe('kept')
      await client.del(key)
    })
  })

  it('has three nodes in its Redis Cluster, and each keeps a part of the keys', async () => {
    const nodes = inject('redisClusterNodes')
    expect(nodes).toHaveLength(3)
    const cluster = createCluster({ rootNodes: nodes.map((socket) => ({ socket: { ...socket } })) })
    await cluster.connect()
    closing.push(async () => cluster.close())
    const prefix = crypto.randomUUID()
    const keys = Array.from({ length: 60 }, (_, index) => `${prefix}:${index}`)
    await Promise.all(keys.map(async (key) => cluster.set(key, key, { EX: 60 })))
    expect(await Promise.all(keys.map(async (key) => cluster.get(key)))).toEqual(keys)
    const counts = await Promise.all(
      nodes.map(async ({ host, port }) =>
        withRedis(`redis://${host}:${port}`, async (client) => (await client.keys(`${prefix}:*`)).length),
      ),
    )
    expect(Math.min(...counts)).toBeGreaterThan(0)
    expect(counts.reduce((sum, count) => sum + count)).toBe(keys.length)
  })

  it('makes databases in PostgreSQL that know nothing of one another, and drops them', async () => {
    const first = await createDatabase(inject('postgresUrl'))
    const second = await createDatabase(inject('postgresUrl'))
    closing.push(first.drop, second.drop)
    await query(first.url, 'CREATE TABLE only_here (id int)')
    expect(await query(first.url, 'SELECT 1 FROM only_here UNION SELECT 2')).toEqual([2])
    await expect(query(second.url, 'SELECT 1 FROM only_here')).rejects.toThrow('does not exist')
    await first.drop()
    await expect(query(first.url, 'SELECT 1')).rejects.toThrow('does not exist')
  })

  it('opens a page in Chromium', async () => {
    const browser = await chromium.launch(await chromiumLaunchOptions())
    closing.push(async () => browser.close())
    const page = await browser.newPage()
    await page.goto('data:text/html,<title>It runs</title>')
    expect(await page.title()).toBe('It runs')
  })
})

describe('startRedis', () => {
  it('keeps its port through a restart, and with appendonly its data through a crash', async () => {
    const redis = await own(startRedis({ appendonly: true }))
    const { url, port, pid } = redis
    await withRedis(url, async (client) => client.set('key', 'written'))
    await redis.restart()
    expect(isRunning(pid)).toBe(false)
    expect(redis.pid).not.toBe(pid)
    expect(redis.port).toBe(port)
    await withRedis(url, async (client) => {
      expect(await client.get('key')).toBe('written')
      await client.set('key', 'written again')
    })
    await redis.kill()
    expect(isRunning(redis.pid)).toBe(false)
    await expect(withRedis(url, async (client) => client.ping())).rejects.toThrow('ECONNREFUSED')
    await redis.restart()
    expect(await withRedis(url, async (client) => client.get('key'))).toBe('written again')
  })

  it('forgets its data at a restart otherwise', async () => {
    const redis = await own(startRedis())
    await withRedis(redis.url, async (client) => client.set('key', 'written'))
    await redis.restart()
    expect(await withRedis(redis.url, async (client) => client.get('key'))).toBeNull()
  })

  it('takes a port and a folder, and leaves the folder to its owner', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'countersign-test-'))
    closing.push(() => {
      rmSync(dir, { recursive: true })
    })
    const port = await freePort()
    const first = await own(startRedis({ port, dir, appendonly: true }))
    expect(first.url).toBe(`redis://127.0.0.1:${port}`)
    await withRedis(first.url, async (client) => client.set('key', 'written'))
    await first.stop()
    const second = await own(startRedis({ port, dir, appendonly: true }))
    expect(await withRedis(second.url, async (client) => client.get('key'))).toBe('written')
  })

  it('does not take another server on its port for its own', async () => {
    const { port } = await own(startRedis())
    await expect(startRedis({ port })).rejects.toThrow('Address already in use')
  })

  it('answers nothing while it is paused, and what was asked afterwards', async () => {
    const redis = await own(startRedis())
    await withRedis(redis.url, async (client) => {
      await client.ping()
      await redis.pause()
      const answer = client.ping()
      expect(await settlesIn(100, answer)).toBe(false)
      await redis.resume()
      expect(await answer).toBe('PONG')
    })
  })

  it('leaves no process behind at stop, even when it was paused', async () => {
    const redis = await own(startRedis())
    expect(isRunning(redis.pid)).toBe(true)
    await redis.pause()
    await redis.stop()
    expect(isRunning(redis.pid)).toBe(false)
    await redis.stop()
  })
})

describe('startRedisCluster', () => {
  it('takes back a node that was killed, restarted or paused, with its slots and its data', async () => {
    const cluster = await own(startRedisCluster({ appendonly: true, nodeTimeout: 2000 }))
    const node = await cluster.nodeOf('key')
    const others = cluster.nodes.filter((each) => each !== node)
    const { pid, url, host, port } = node
    expect(url).toBe(`redis://${host}:${port}`)
    // refused by every node but the one that has the slot
    const onNode = async (command: string[]) =>
      withRedis(url, async (client) => client.sendCommand<string>(command))
    await onNode(['SET', 'key', 'written'])
    const kept = async () => onNode(['GET', 'key']).catch((error: unknown) => String(error))
    const isDown = async (each: { url: string }) =>
      withRedis(each.url, async (client) => client.clusterInfo()).then((info) =>
        info.includes('cluster_state:fail'),
      )
    const outages = [
      [async () => node.kill(), async () => node.restart()],
      [async () => node.pause(), async () => node.resume()],
    ] as const
    for (const [begin, end] of outages) {
      await begin()
      for (const other of others) await expect.poll(async () => isDown(other), { timeout: 15_000 }).toBe(true)
      await end()
      await cluster.untilWhole()
      await expect.poll(kept, { timeout: 15_000 }).toBe('written')
    }
    await node.restart()
    await cluster.untilWhole()
    await expect.poll(kept, { timeout: 15_000 }).toBe('written')
    expect(isRunning(pid)).toBe(false)
  }, 90_000)

  it('goes on with the slots that are served, where full coverage is not asked for', async () => {
    const cluster = await own(startRedisCluster({ nodeTimeout: 2000, fullCoverage: false }))
    const [lost, kept] = [await cluster.nodeOf('b'), await cluster.nodeOf('a')]
    expect(lost).not.toBe(kept)
    await lost.kill()
    await withRedis(kept.url, async (client) => {
      const info = async () => client.clusterInfo()
      await expect.poll(info, { timeout: 15_000 }).not.toContain('cluster_slots_fail:0')
      const written = async () => client.set('a', 'written').catch((error: unknown) => String(error))
      await expect.poll(written, { timeout: 15_000 }).toBe('OK')
      expect(await info()).not.toContain('cluster_slots_fail:0')
    })
  }, 60_000)

  it('frees every port at stop', async () => {
    const { nodes, stop } = await own(startRedisCluster())
    await stop()
    for (const { host, port } of nodes) {
      await expect(withRedis(`redis://${host}:${port}`, async (client) => client.ping())).rejects.toThrow(
        'ECONNREFUSED',
      )
    }
  })
})

describe('startPostgres', () => {
  it('keeps its port and its data through a restart and a crash', async () => {
    const postgres = await own(startPostgres())
    const { url, port, pid } = postgres
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS id')
    await postgres.restart()
    expect(isRunning(pid)).toBe(false)
    expect(postgres.port).toBe(port)
    expect(await query(url, 'INSERT INTO kept VALUES (2) RETURNING id')).toEqual([2])
    await postgres.kill()
    expect(isRunning(postgres.pid)).toBe(false)
    await expect(query(url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
    await postgres.restart()
    expect(await query(url, 'SELECT id FROM kept ORDER BY id')).toEqual([1, 2])
  })

  it('answers nothing while it is paused, on open connections neither, and leaves no process behind', async () => {
    const postgres = await own(startPostgres())
    const client = new Client({ connectionString: postgres.url })
    await client.connect()
    client.on('error', () => undefined)
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const backend = rows[0]?.pid ?? 0
    await postgres.pause()
    const answer = client.query('SELECT 1')
    expect(await settlesIn(100, answer)).toBe(false)
    await postgres.resume()
    await answer

    expect(isRunning(backend)).toBe(true)
    await postgres.pause()
    await postgres.stop()
    expect([postgres.pid, backend].filter(isRunning)).toEqual([])
  })
})

describe('services', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL', 'exit', 'error'])(
    'end with who started them, by %s',
    async (how) => {
      const folders = mkdtempSync(join(tmpdir(), 'countersign-test-'))
      closing.push(() => {
        rmSync(folders, { recursive: true })
      })
      // PostgreSQL may run as another user
      chmodSync(folders, 0o755)
      const starter = spawn(process.execPath, ['--input-type=module', '--eval', starterCode(how)], {
        cwd: import.meta.dirname,
        env: { ...process.env, TMPDIR: folders },
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const ended = once(starter, 'exit')
      const [text] = (await once(starter.stdout, 'data')) as [Buffer]
      const pids = JSON.parse(text.toString()) as number[]
      expect(pids).toHaveLength(2)
      if (how.startsWith('SIG')) starter.kill(how as NodeJS.Signals)
      const [code, signal] = (await ended) as [number | null, string | null]
      expect(signal ?? code).toBe({ exit: 3, error: 1 }[how] ?? how)
      await expect.poll(() => pids.filter(isRunning)).toEqual([])
      await expect.poll(() => readdirSync(folders)).toEqual([])
    },
  )

  it('that cannot be had are errors that say what to install', async () => {
    vi.stubEnv('PATH', '')
    vi.stubEnv('REDIS_SERVER', undefined)
    vi.stubEnv('CHROMIUM', undefined)
    vi.stubEnv('SERVICES_IGNORE_SYSTEM', '1')
    closing.push(() => void vi.unstubAllEnvs())
    await expect(startRedis()).rejects.toThrow('Install Redis or Valkey')
    await expect(startRedisCluster()).rejects.toThrow('Install Redis or Valkey')
    await expect(chromiumLaunchOptions()).rejects.toThrow('Install Chromium or Chrome')
  })

  it('are run from where the environment says', async () => {
    vi.stubEnv('REDIS_SERVER', '/nowhere/redis-server')
    vi.stubEnv('CHROMIUM', '/nowhere/chromium')
    closing.push(() => void vi.unstubAllEnvs())
    await expect(startRedis()).rejects.toThrow('Redis cannot be run from /nowhere/redis-server')
    expect((await chromiumLaunchOptions()).executablePath).toBe('/nowhere/chromium')
  })
})

/** Starts servers, says their processes, and then waits, ends or fails. */
function starterCode(how: string): string {
  return `
    import { startPostgres, startRedis } from '@countersign/services'
    const servers = await Promise.all([startRedis(), startPostgres()])
    console.log(JSON.stringify(servers.map(({ pid }) => pid)))
    if (${JSON.stringify(how)} === 'exit') process.exit(3)
    if (${JSON.stringify(how)} === 'error') throw new Error('an error that nobody catches')
  `
}
