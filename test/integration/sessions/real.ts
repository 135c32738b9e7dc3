// A harness on each real store.
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createDatabase } from '@countersign/services'
import { afterAll, inject } from 'vitest'
import { newFolder, openBackend, type Backend, type OpenStore } from './backends.ts'
import { newClock, type Harness } from './harness.ts'
import { upkeepOf } from './upkeep.ts'

const closing: (() => Promise<void> | void)[] = []
afterAll(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

let folder: string | undefined
let database: Promise<string> | undefined

function sharedFolder(): string {
  if (folder !== undefined) return folder
  const made = newFolder()
  closing.push(() => rmSync(made, { recursive: true, force: true }))
  return (folder = made)
}

async function sharedDatabase(): Promise<string> {
  database ??= createDatabase(inject('postgresUrl')).then(({ url, drop }) => {
    closing.push(drop)
    return url
  })
  return database
}

/** A place of its own on each kind of store, empty. */
export const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  SQLite: async () => ({ kind: 'sqlite', file: join(sharedFolder(), `${randomUUID()}.sqlite`) }),
  PostgreSQL: async () => ({
    kind: 'postgres',
    url: await sharedDatabase(),
    schema: `s_${randomUUID().replaceAll('-', '')}`,
  }),
  'Redis by redis': async () => ({ kind: 'redis', url: inject('redisUrl'), prefix: newPrefix() }),
  'Redis by ioredis': async () => ({ kind: 'ioredis', url: inject('redisUrl'), prefix: newPrefix() }),
  'Redis Cluster by redis': async () => ({
    kind: 'redis-cluster',
    nodes: inject('redisClusterNodes'),
    prefix: newPrefix(),
  }),
  'Redis Cluster by ioredis': async () => ({
    kind: 'ioredis-cluster',
    nodes: inject('redisClusterNodes'),
    prefix: newPrefix(),
  }),
}

function newPrefix(): string {
  return `sessions:${randomUUID()}`
}

/** A store that is ready, on a clock that stands still. */
export async function harnessOn(backend: Backend): Promise<Harness> {
  const clock = newClock()
  const opened: OpenStore[] = []
  const open = async () => {
    const one = await openBackend(backend, { now: clock.now })
    opened.push(one)
    return one.store
  }
  const close = async () => {
    for (const one of opened.splice(0)) await one.close()
  }
  const upkeep = upkeepOf(backend)
  const store = await open()
  await store.init()
  return {
    store,
    clock,
    another: open,
    dump: upkeep.dump,
    async loseIndex(tag) {
      await upkeep.loseIndex(tag)
      return open()
    },
    async backup() {
      const restore = await upkeep.backup()
      return async () => {
        await close()
        await restore()
        return open()
      }
    },
    close,
  }
}
