import type { DatabaseSync } from 'node:sqlite'

/** Step n upgrades from version n to n + 1. A released step never changes. */
const STEPS: readonly string[] = [
  `
  CREATE TABLE countersign_sessions (
    sid TEXT PRIMARY KEY NOT NULL,
    tag TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    subject TEXT NOT NULL,
    tenant TEXT,
    issuer TEXT NOT NULL,
    client_id TEXT,
    jkt TEXT,
    provider_issuer TEXT,
    provider_sid TEXT,
    provider_subject TEXT,
    gen INTEGER NOT NULL,
    rotated_at INTEGER NOT NULL,
    used INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    data_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    idle_timeout INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL,
    prune_after INTEGER NOT NULL,
    revoked_at INTEGER,
    reason TEXT,
    device TEXT,
    ip TEXT,
    data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX countersign_sessions_tag ON countersign_sessions (tag, created_at, sid);
  CREATE INDEX countersign_sessions_over ON countersign_sessions (absolute_expires_at);
  CREATE INDEX countersign_sessions_idle ON countersign_sessions (prune_after) WHERE revoked_at IS NULL;
  CREATE INDEX countersign_sessions_provider_sid ON countersign_sessions (provider_issuer, provider_sid)
    WHERE provider_sid IS NOT NULL;
  CREATE INDEX countersign_sessions_provider_subject ON countersign_sessions (provider_issuer, provider_subject)
    WHERE provider_subject IS NOT NULL;
  CREATE TABLE countersign_provider_ends (
    issuer TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    ended_at INTEGER NOT NULL,
    keep_until INTEGER NOT NULL,
    PRIMARY KEY (issuer, kind, name)
  ) STRICT;
  CREATE INDEX countersign_provider_ends_over ON countersign_provider_ends (keep_until);
  CREATE TABLE countersign_log (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    issuer TEXT NOT NULL,
    key TEXT NOT NULL,
    state TEXT NOT NULL,
    bound INTEGER,
    except_sid TEXT,
    version INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX countersign_log_version ON countersign_log (kind, issuer, key, version);
  CREATE INDEX countersign_log_over ON countersign_log (expires_at);
  CREATE TABLE countersign_log_name (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL
  ) STRICT;
  INSERT INTO countersign_log_name (id, name) VALUES (1, hex(randomblob(8)));
  CREATE TABLE countersign_epochs (
    tag TEXT PRIMARY KEY NOT NULL,
    epoch INTEGER NOT NULL,
    keep_until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX countersign_epochs_over ON countersign_epochs (keep_until);
  CREATE TABLE countersign_used_ids (
    purpose TEXT NOT NULL,
    id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (purpose, id)
  ) STRICT;
  CREATE INDEX countersign_used_ids_over ON countersign_used_ids (expires_at);
  CREATE TABLE countersign_key_rings (
    ring TEXT PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    content TEXT NOT NULL
  ) STRICT;
  `,
]

/** Kept in a table, not in `user_version`: the application may use its own version in the same database. */
const VERSION_TABLE = `
  CREATE TABLE IF NOT EXISTS countersign_schema (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
  ) STRICT;
`

/** Creates what is missing. Call it inside a transaction that excludes other writers. */
export function upgradeSchema(database: DatabaseSync): void {
  database.exec(VERSION_TABLE)
  const version = readVersion(database)
  assertNotNewer(version)
  if (version === STEPS.length) return
  for (const step of STEPS.slice(version)) database.exec(step)
  database
    .prepare(
      'INSERT INTO countersign_schema (id, version) VALUES (1, ?) ON CONFLICT DO UPDATE SET version = excluded.version',
    )
    .run(STEPS.length)
}

/** @throws `Error` if `init()` has not run yet, or a newer release has changed the tables */
export function assertSchema(database: DatabaseSync): void {
  const version = hasVersionTable(database) ? readVersion(database) : 0
  assertNotNewer(version)
  if (version < STEPS.length) throw notInitialised()
}

/** The error of every operation before `init()`. */
export function notInitialised(): Error {
  return new Error(
    'countersign: the tables of the SQLite store are missing or outdated: call `await store.init()` at start, ' +
      'or run `countersign store init`',
  )
}

function assertNotNewer(version: number): void {
  if (version <= STEPS.length) return
  throw new Error(
    `countersign: the tables of the SQLite store have version ${version}, but this release of ` +
      `@countersign/store-sqlite supports versions up to ${STEPS.length}: use the newer release`,
  )
}

function hasVersionTable(database: DatabaseSync): boolean {
  const query = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'countersign_schema'"
  return database.prepare(query).get() !== undefined
}

function readVersion(database: DatabaseSync): number {
  const version = database.prepare('SELECT version FROM countersign_schema').get()?.['version']
  return typeof version === 'number' ? version : 0
}
