// Sessions on one store, or the same with its driver: `session-worker.mjs <store> <its location as JSON> ours|bare`.
import { randomBytes } from 'node:crypto'
import { serveTasks } from './processes.mjs'
import { CLIENTS, DRIVERS, storeOf } from './session-drivers.mjs'

const [name, place, side] = process.argv.slice(2)
const location = JSON.parse(place)
const { client } = await CLIENTS[name](location)
const ORIGIN = 'https://app.example.com'
const secret = 'a secret of the bench, which is longer than 32 bytes'
const DAY = 86_400_000
const REVOKE_FOR = 3_900_000
const LIVES = {
  idleTimeout: 7 * DAY,
  absoluteTimeout: 30 * DAY,
  revokeFor: REVOKE_FOR,
  since: undefined,
  limit: undefined,
  overLimit: 'evict',
  replaces: undefined,
}
/** Of a rotation on the store alone. */
const TIMES = { mode: 'grace', cooldown: 0, grace: 0, revokeFor: REVOKE_FOR }

/** Number of rows that a remote server receives. It copies them to make the others, with ids of the same form. */
const TEMPLATES = 1_000
const ID = `rtrim(translate(encode(uuid_send(gen_random_uuid()), 'base64'), '+/', '-_'), '=')`
const COPIES = `
  WITH templates AS (SELECT s AS row, row_number() OVER () - 1 AS place FROM countersign.sessions s LIMIT $1),
    copies AS (SELECT ${ID} AS tag, i % $1 AS place FROM generate_series(1, $2) i)
  INSERT INTO countersign.sessions
  SELECT (jsonb_populate_record(row, jsonb_build_object(
    'sid', tag || '.' || ${ID}, 'subject', 'user-' || substr(tag, 1, 8)))).*
  FROM copies JOIN templates USING (place)`

/** The measured operations, by name. Each receives the number of its row. */
let operations
let rows

async function each(count, width, run) {
  let next = 0
  const lane = async () => {
    while (next < count) await run(next++)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

/** A row as a login creates it. */
function newSession() {
  const sid = `${randomBytes(16).toString('base64url')}.${randomBytes(16).toString('base64url')}`
  const secretHash = randomBytes(32).toString('base64url')
  const device = 'Firefox on Windows'
  const data = JSON.stringify({ scope: ['orders:read'], roles: ['member'], claims: {}, authTime: Date.now() })
  const about = {
    tenant: undefined,
    issuer: ORIGIN,
    clientId: 'web',
    jkt: undefined,
    device,
    ip: '192.0.2.1',
    data,
  }
  return { sid, secretHash, subject: `user-${sid.slice(0, 8)}`, provider: undefined, ...about }
}

async function bytesKept() {
  if (name === 'memory') {
    globalThis.gc()
    globalThis.gc()
    return process.memoryUsage().heapUsed
  }
  if (name === 'sqlite') {
    const pages = client.prepare('PRAGMA page_count').get().page_count
    return pages * client.prepare('PRAGMA page_size').get().page_size
  }
  if (name === 'postgres') {
    const text = `SELECT pg_total_relation_size('countersign.sessions') AS bytes`
    return Number((await client.query(text)).rows[0].bytes)
  }
  const info = await client.info('memory')
  return Number(/used_memory:(\d+)/.exec(info)[1])
}

let store
let before

serveTasks({
  /** Tables without rows. */
  async init() {
    store = await storeOf(name, client)
    await store.init()
    // Filling does not wait for the disk; the measured operations do.
    if (name === 'sqlite') client.exec('PRAGMA synchronous = OFF')
    before = await bytesKept()
  },
  /** Adds this many sessions, each of another user. */
  async fill(count) {
    const create = () => store.createSession({ session: newSession(), ...LIVES })
    const made = name === 'postgres' ? Math.min(count, TEMPLATES) : count
    await each(made, name === 'sqlite' || name === 'memory' ? 1 : 64, create)
    if (count > made) await client.query(COPIES, [TEMPLATES, count - made])
  },
  /** The same rows for the bare driver. Returns the bytes of a session. */
  async settle(size) {
    const bytes = Math.round(((await bytesKept()) - before) / size)
    if (name === 'sqlite') {
      client.exec(
        'CREATE TABLE bare AS SELECT * FROM countersign_sessions; CREATE UNIQUE INDEX bare_sid ON bare (sid)',
      )
      client.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = FULL')
    }
    if (name === 'postgres') {
      await client.query('CREATE TABLE bare (LIKE countersign.sessions INCLUDING ALL) WITH (fillfactor = 70)')
      await client.query('INSERT INTO bare SELECT * FROM countersign.sessions')
      await client.query('VACUUM ANALYZE bare')
      await client.query('VACUUM ANALYZE countersign.sessions')
    }
    return bytes
  },
  async setUp(count) {
    rows = Array.from({ length: count }, () => ({ gen: 1 }))
    if (side === 'bare') {
      const move = await DRIVERS[name](client, count)
      operations = { bare: (i) => move(i, rows[i].gen++) }
      return
    }
    const { createSessions } = await import('@countersign/sessions')
    const { createIssuer } = await import('@countersign/issuer')
    const { memoryStore } = await import('@countersign/stores')
    store ??= await storeOf(name, client)
    const audience = ORIGIN
    const issuers = {
      HS256: createIssuer({ issuer: ORIGIN, audience, algorithm: 'HS256', secret, clientId: 'web' }),
      ES256: createIssuer({
        issuer: ORIGIN,
        audience,
        clientId: 'web',
        algorithm: 'ES256',
        store: memoryStore({ dangerouslyAllowInProduction: true }),
      }),
    }
    // Without a cooldown, each refresh rotates.
    const options = { store, secrets: [secret], cooldown: 0, grace: 0 }
    const made = Object.entries(issuers).map(([alg, issuer]) => [alg, createSessions({ issuer, ...options })])
    const { HS256, ES256 } = Object.fromEntries(made)
    const about = { device: 'Firefox on Windows', ip: '192.0.2.1', scope: ['orders:read'], roles: ['member'] }
    const begin = (i) => HS256.start({ subject: `user-${process.pid}-${i}`, ...about })
    await each(count, 4, async (i) => {
      const { refreshToken, session } = await begin(i)
      const created = await store.createSession({ session: newSession(), ...LIVES })
      const { id: sid, subject } = session
      rows[i] = { refreshToken, sid, subject, session: created.session }
    })
    const refreshBy = (sessions) => async (i) => {
      const result = await sessions.refresh(rows[i].refreshToken)
      if (result.outcome !== 'rotated') throw new Error(result.reason ?? result.outcome)
      rows[i].refreshToken = result.tokens.refreshToken
    }
    const isRevoked = HS256.liveness({ maxAge: 0 })
    let logins = 0
    operations = {
      rotate: async (i) => {
        const row = rows[i].session
        const result = await store.rotate({ ...row, ...TIMES })
        if (result.outcome !== 'rotated') throw new Error(result.outcome)
        rows[i].session = result.session
      },
      refresh: refreshBy(HS256),
      'refresh, ES256': refreshBy(ES256),
      start: () => begin(`new-${logins++}`),
      check: async (i) => {
        const query = { issuer: ORIGIN, subject: rows[i].subject, sessionId: rows[i].sid }
        if (await isRevoked(query)) throw new Error('revoked')
      },
      'access token, HS256': () =>
        issuers.HS256.accessToken({ subject: 'user', sessionId: rows[0].sid, epoch: 0 }),
      'access token, ES256': () =>
        issuers.ES256.accessToken({ subject: 'user', sessionId: rows[0].sid, epoch: 0 }),
    }
  },
  /** @returns microseconds by the clock and of CPU in this process, an operation */
  async run(operation, count, width) {
    const run = operations[operation]
    const from = Math.floor(Math.random() * rows.length)
    const cpu = process.cpuUsage()
    const start = performance.now()
    await each(count, width, (i) => run((from + i) % rows.length))
    const wall = ((performance.now() - start) * 1_000) / count
    const { user, system } = process.cpuUsage(cpu)
    return { wall, cpu: (user + system) / count }
  },
})
