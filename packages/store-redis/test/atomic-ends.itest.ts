// The end of a session and its entry in the log: never one without the other, whenever the server is killed.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '@countersign/services'
import { redisStore } from '@countersign/store-redis'
import type { Store } from '@countersign/stores'
import { expect, it, onTestFinished } from 'vitest'
import { openNodeRedis, type TestClient } from './support/clients.ts'
import { readLog, untilAvailable } from './support/operations.ts'
import { logOut, made, newTag, sessionInput } from './support/sessions.ts'

const create = async (store: Store) => made(await store.createSession(sessionInput(newTag()))).sid

/** The sessions that have ended, by their rows and by the log. */
async function ended(store: Store, sids: readonly string[]): Promise<[rows: string[], log: string[]]> {
  const rows = await Promise.all(
    sids.map(async (sid) => {
      const { session } = await untilAvailable(async () => store.findSession(sid))
      if (session === undefined) throw new Error('a session is lost')
      return session.revokedAt === undefined ? [] : sid
    }),
  )
  const inLog = new Set((await readLog(store)).entries.map(({ key }) => key))
  return [rows.flat(), sids.filter((sid) => inLog.has(sid))]
}

it(
  '[I-50] a thousand sessions end while the server is killed again and again',
  { timeout: 120_000 },
  async () => {
    const server = await startRedis({ appendonly: true })
    onTestFinished(async () => server.stop())
    const [rounds, each] = [25, 40]
    let cut = 0
    for (let round = 0; round < rounds; round++) {
      const client: TestClient = await openNodeRedis(server.url)
      await client.send('', 'CONFIG', 'SET', 'appendfsync', 'always')
      const store = redisStore(client.client, { prefix: `round:${round}` })
      const sids = await Promise.all(Array.from({ length: each }, async () => create(store)))
      // each on its own, so that the server writes and answers them one after the other
      const answers = sids.map(async (sid, at) => {
        await new Promise((resolve) => void setTimeout(resolve, at / 8))
        return logOut(store, sid).catch(() => 'unknown' as const)
      })
      await new Promise((resolve) => void setTimeout(resolve, round % 8))
      await server.kill()
      await client.close()
      const outcomes = await Promise.all(answers)
      await server.restart()
      const next = await openNodeRedis(server.url)
      const [rows, log] = await ended(redisStore(next.client, { prefix: `round:${round}` }), sids)
      await next.close()
      expect(log).toEqual(rows)
      expect(rows).toEqual(expect.arrayContaining(sids.filter((_, at) => outcomes[at] === true)))
      if (rows.length > 0 && rows.length < each) cut++
    }
    // the server was really killed in between
    expect(cut).toBeGreaterThan(0)
  },
)

it(
  '[I-50] the file that the server writes is cut at each place within the end of a session: all or nothing of it is read',
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-aof-'))
    const copy = `${folder}-cut`
    onTestFinished(() => {
      for (const each of [folder, copy]) rmSync(each, { recursive: true, force: true })
    })
    const aof = (root: string) => {
      const files = join(root, 'appendonlydir')
      return join(files, readdirSync(files).find((name) => name.endsWith('.incr.aof')) ?? '')
    }
    const written = await startRedis({ appendonly: true, dir: folder })
    const client = await openNodeRedis(written.url)
    await client.send('', 'CONFIG', 'SET', 'appendfsync', 'always')
    const store = redisStore(client.client)
    const sid = await create(store)
    const from = readFileSync(aof(folder)).length
    await logOut(store, sid)
    const to = readFileSync(aof(folder)).length
    await client.close()
    await written.stop()

    const seen = new Set<string>()
    for (let at = from; at <= to; at = at === to ? at + 1 : Math.min(at + 31, to)) {
      cpSync(folder, copy, { recursive: true })
      truncateSync(aof(copy), at)
      const server = await startRedis({ appendonly: true, dir: copy })
      const reader = await openNodeRedis(server.url)
      const [rows, log] = await ended(redisStore(reader.client), [sid])
      expect(log, `cut at ${at - from} of ${to - from}`).toEqual(rows)
      seen.add(`${at === to} ${rows.length}`)
      await reader.close()
      await server.stop()
      rmSync(copy, { recursive: true })
    }
    expect(seen).toEqual(new Set(['false 0', 'true 1']))
  },
)
