// What an administrator does to the data of a store: looks at it, loses an index, takes a backup and restores it.
import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import type { Backend } from './backends.ts'

export interface Upkeep {
  readonly dump: () => Promise<string>
  readonly loseIndex: (subjectTag: string) => Promise<void>
  /** Answers what puts it back. All connections of stores must be closed by then. */
  readonly backup: () => Promise<() => Promise<void>>
}

export function upkeepOf(backend: Backend): Upkeep {
  switch (backend.kind) {
    case 'sqlite':
      return ofFile(backend.file)
    case 'postgres':
      return ofSchema(backend.url, backend.schema)
    case 'redis':
    case 'ioredis':
      return ofKeys([backend.url], backend.prefix)
    case 'redis-cluster':
    case 'ioredis-cluster':
      return ofKeys(
        backend.nodes.map(({ host, port }) => `redis://${host}:${port}`),
        backend.prefix,
      )
  }
}

function ofFile(file: string): Upkeep {
  const withDatabase = <T>(run: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(file)
    try {
      return run(database)
    } finally {
      database.close()
    }
  }
  return {
    async dump() {
      withDatabase((database) => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
      return readFileSync(file, 'latin1')
    },
    async loseIndex() {
      withDatabase((database) => {
        const found = database
          .prepare("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
          .all()
        if (found.length === 0) throw new Error('there is no index to lose')
        for (const { name } of found) database.exec(`DROP INDEX ${String(name)}`)
      })
    },
    async backup() {
      const copy = `${file}.backup`
      withDatabase((database) => database.exec(`VACUUM INTO '${copy}'`))
      return async () => {
        for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true })
        copyFileSync(copy, file)
      }
    },
  }
}

function ofSchema(url: string, schema: string): Upkeep {
  const query = async (sql: string): Promise<Record<string, unknown>[]> => {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows
    } finally {
      await client.end()
    }
  }
  const tables = async (): Promise<string[]> =>
    (await query(`SELECT tablename FROM pg_tables WHERE schemaname = '${schema}'`)).map(({ tablename }) =>
      String(tablename),
    )
  return {
    async dump() {
      const rows = await Promise.all(
        (await tables()).map(async (table) => query(`SELECT * FROM ${schema}.${table}`)),
      )
      return JSON.stringify(rows)
    },
    async loseIndex() {
      const found = await query(
        `SELECT indexname FROM pg_indexes WHERE schemaname = '${schema}' AND indexdef NOT LIKE 'CREATE UNIQUE %'`,
      )
      if (found.length === 0) throw new Error('there is no index to lose')
      for (const { indexname } of found) await query(`DROP INDEX ${schema}.${String(indexname)}`)
    },
    async backup() {
      const names = await tables()
      await query(`CREATE SCHEMA ${schema}_backup`)
      for (const name of names)
        await query(`CREATE TABLE ${schema}_backup.${name} AS TABLE ${schema}.${name}`)
      return async () => {
        const copies = names.map(
          (name) =>
            `INSERT INTO ${schema}.${name} OVERRIDING SYSTEM VALUE SELECT * FROM ${schema}_backup.${name}`,
        )
        const all = names.map((name) => `${schema}.${name}`).join(', ')
        await query(`BEGIN; TRUNCATE ${all}; ${copies.join('; ')}; COMMIT`)
      }
    },
  }
}

function ofKeys(urls: readonly string[], prefix: string): Upkeep {
  const onEach = async <T>(run: (client: Redis, url: string) => Promise<T>): Promise<T[]> =>
    Promise.all(
      urls.map(async (url) => {
        const client = new Redis(url)
        try {
          return await run(client, url)
        } finally {
          client.disconnect()
        }
      }),
    )
  const keysOf = async (client: Redis): Promise<string[]> => client.keys(`${prefix}:*`)
  const textOf = async (client: Redis, key: string): Promise<string> => {
    const type = await client.type(key)
    if (type === 'string') return `${key} ${(await client.getBuffer(key))?.toString('latin1')}`
    if (type === 'hash') return `${key} ${JSON.stringify(await client.hgetall(key))}`
    if (type === 'zset') return `${key} ${JSON.stringify(await client.zrange(key, 0, '-1'))}`
    if (type === 'stream') return `${key} ${JSON.stringify(await client.xrange(key, '-', '+'))}`
    throw new Error(`${key} is a ${type}: say how it is read`)
  }
  return {
    async dump() {
      const texts = await onEach(async (client) =>
        Promise.all((await keysOf(client)).map(async (key) => textOf(client, key))),
      )
      return texts.flat().join('\n')
    },
    async loseIndex(tag) {
      const deleted = await onEach(async (client) => {
        const index = (await keysOf(client)).filter((key) => key.endsWith(`:i:${tag}`))
        return index.length === 0 ? 0 : client.del(...index)
      })
      if (!deleted.includes(1)) throw new Error('there is no index to lose')
    },
    async backup() {
      const saved = new Map<
        string,
        readonly { readonly key: string; readonly value: Buffer; readonly ttl: number }[]
      >()
      await onEach(async (client, url) => {
        const entries = (await keysOf(client)).map(async (key) => {
          const value = await client.dumpBuffer(key)
          if (value === null) throw new Error(`${key} went away`)
          return { key, value, ttl: Math.max(0, await client.pexpiretime(key)) }
        })
        saved.set(url, await Promise.all(entries))
      })
      return async () => {
        await onEach(async (client, url) => {
          const now = await keysOf(client)
          for (const key of now) await client.del(key)
          for (const { key, value, ttl } of saved.get(url) ?? [])
            await client.call('RESTORE', key, String(ttl), value, 'ABSTTL')
        })
      }
    },
  }
}
