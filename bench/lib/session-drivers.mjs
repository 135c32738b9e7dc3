// The same single operation through the bare driver: read and replace one row by its key, on as many rows as the store has.
import { createHash } from 'node:crypto'

/** Connects a client as an application does. After `close` the process can end. */
export const CLIENTS = {
  memory: async () => ({ close() {} }),
  async sqlite({ file }) {
    const { DatabaseSync } = await import('node:sqlite')
    const database = new DatabaseSync(file)
    return { client: database, close: () => database.close() }
  },
  async postgres({ url }) {
    const { default: pg } = await import('pg')
    const pool = new pg.Pool({ connectionString: url, max: 16 })
    return { client: pool, close: () => pool.end() }
  },
  async redis({ url }) {
    const { createClient } = await import('redis')
    const client = await createClient({ url }).connect()
    return { client, close: () => client.destroy() }
  },
  async ioredis({ url }) {
    const { Redis } = await import('ioredis')
    const client = new Redis(url)
    return { client, close: () => client.disconnect() }
  },
}

/** Our store with that client. */
export async function storeOf(name, client) {
  if (name === 'memory') {
    const { memoryStore } = await import('@countersign/stores')
    return memoryStore({ dangerouslyAllowInProduction: true })
  }
  if (name === 'sqlite') return (await import('@countersign/store-sqlite')).sqliteStore(client)
  if (name === 'postgres') return (await import('@countersign/store-postgres')).postgresStore(client)
  return (await import('@countersign/store-redis')).redisStore(client)
}

/** A script that reads a value, writes a new generation into it, and returns it: a rotation without any rule. */
const SCRIPT = `
local text = redis.call('GET', KEYS[1])
if string.sub(text, 1, #ARGV[1]) ~= ARGV[1] then return nil end
local changed = ARGV[2] .. string.sub(text, #ARGV[1] + 1)
redis.call('SET', KEYS[1], changed, 'XX', 'KEEPTTL')
return changed`
const SHA = createHash('sha1').update(SCRIPT).digest('hex')
/** As long as a row of our store. */
const REST = 'x'.repeat(330)
const head = (gen) => String(gen).padStart(20, '0')
const AHEAD = 604_800_000

/** Each returns a function that moves row `i` from generation `gen` to the next one. Rows begin at generation 1. */
export const DRIVERS = {
  async memory(_, count) {
    const rows = new Map()
    for (let i = 0; i < count; i++) rows.set(i, Object.freeze({ gen: 1, rotatedAt: 0, rest: REST }))
    return async (i, gen) => {
      const row = rows.get(i)
      if (row.gen !== gen) throw new Error('lost')
      rows.set(i, Object.freeze({ ...row, gen: gen + 1, rotatedAt: Date.now() }))
    }
  },
  async sqlite(database, count) {
    // As in our store: a commit survives a power failure.
    database.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA busy_timeout = 2000')
    const sids = database.prepare('SELECT sid FROM bare ORDER BY random() LIMIT ?').all(count)
    const update = database.prepare(
      'UPDATE bare SET gen = gen + 1, rotated_at = ?, idle_expires_at = ? WHERE sid = ? RETURNING *',
    )
    return async (i) => {
      const now = Date.now()
      database.exec('BEGIN IMMEDIATE')
      const row = update.get(now, now + AHEAD, sids[i].sid)
      database.exec('COMMIT')
      if (row === undefined) throw new Error('lost')
    }
  },
  async postgres(pool, count) {
    const { rows: sids } = await pool.query('SELECT sid FROM bare ORDER BY random() LIMIT $1', [count])
    const text =
      'UPDATE bare SET gen = gen + 1, rotated_at = $1, idle_expires_at = $2 WHERE sid = $3 RETURNING *'
    return async (i) => {
      const now = Date.now()
      const { rows } = await pool.query({ name: 'bare', text, values: [now, now + AHEAD, sids[i].sid] })
      if (rows.length !== 1) throw new Error('lost')
    }
  },
  async redis(client, count) {
    return viaScript((args) => client.sendCommand(args), count)
  },
  async ioredis(client, count) {
    return viaScript(([name, ...args]) => client.call(name, ...args), count)
  },
}

async function viaScript(send, count) {
  await send(['SCRIPT', 'LOAD', SCRIPT])
  for (let i = 0; i < count; i++) await send(['SET', `bare:${i}`, head(1) + REST, 'PX', String(AHEAD)])
  return async (i, gen) => {
    const changed = await send(['EVALSHA', SHA, '1', `bare:${i}`, head(gen), head(gen + 1)])
    if (changed === null) throw new Error('lost')
  }
}
