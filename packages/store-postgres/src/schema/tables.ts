/**
 * The tables. All times are milliseconds since the epoch. Texts are compared by their bytes (collation `C`), as in
 * every other store; so the primary key also finds the sessions of a subject, whose sids have the same beginning.
 *
 * `rotate` changes no indexed column, except `prune_after` once in a long while (see `pruneAfter`), and each page keeps
 * free space: PostgreSQL then writes the new version of a row on the same page and updates no index (HOT).
 */
export function tables(schema: string): string {
  return [
    installationTable(schema),
    sessionsTable(schema),
    epochsTable(schema),
    providerEndsTable(schema),
    logTables(schema),
    usedOnceTable(schema),
    keyRingsTable(schema),
  ].join('\n')
}

function installationTable(schema: string): string {
  return `
CREATE TABLE IF NOT EXISTS ${schema}.installation (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version integer NOT NULL
);`
}

/** The provider's names are indexed by hash, because they may be too long for other indexes. */
function sessionsTable(schema: string): string {
  return `
CREATE TABLE IF NOT EXISTS ${schema}.sessions (
  gen bigint NOT NULL,
  rotated_at bigint NOT NULL,
  epoch bigint NOT NULL,
  data_version bigint NOT NULL,
  created_at bigint NOT NULL,
  idle_timeout bigint NOT NULL,
  idle_expires_at bigint NOT NULL,
  absolute_expires_at bigint NOT NULL,
  prune_after bigint NOT NULL,
  revoked_at bigint,
  used boolean NOT NULL,
  sid text COLLATE "C" PRIMARY KEY,
  secret_hash text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  tenant text COLLATE "C",
  issuer text COLLATE "C" NOT NULL,
  client_id text COLLATE "C",
  jkt text COLLATE "C",
  provider_issuer text COLLATE "C",
  provider_sid text COLLATE "C",
  provider_subject text COLLATE "C",
  reason text COLLATE "C",
  device text COLLATE "C",
  ip text COLLATE "C",
  data text COLLATE "C" NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS sessions_prune_after ON ${schema}.sessions (prune_after);
CREATE INDEX IF NOT EXISTS sessions_provider_sid ON ${schema}.sessions USING hash (provider_sid)
  WHERE provider_sid IS NOT NULL;
CREATE INDEX IF NOT EXISTS sessions_provider_subject ON ${schema}.sessions USING hash (provider_subject)
  WHERE provider_subject IS NOT NULL;`
}

function epochsTable(schema: string): string {
  return `
CREATE TABLE IF NOT EXISTS ${schema}.epochs (
  epoch bigint NOT NULL,
  keep_until bigint NOT NULL,
  tag text COLLATE "C" PRIMARY KEY
);
CREATE INDEX IF NOT EXISTS epochs_keep_until ON ${schema}.epochs (keep_until);`
}

function providerEndsTable(schema: string): string {
  return `
CREATE TABLE IF NOT EXISTS ${schema}.provider_ends (
  ended_at bigint NOT NULL,
  keep_until bigint NOT NULL,
  digest bytea PRIMARY KEY
);
CREATE INDEX IF NOT EXISTS provider_ends_keep_until ON ${schema}.provider_ends (keep_until);`
}

/**
 * The log stores each entry with the transaction that wrote it. This works only while transaction numbers are not used
 * twice. After a crash or a failover they may be, but both empty an unlogged table: so the name in that table
 * identifies the log since then, and belongs only to the running server.
 */
function logTables(schema: string): string {
  return `
CREATE TABLE IF NOT EXISTS ${schema}.log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  version bigint NOT NULL,
  bound bigint,
  expires_at bigint NOT NULL,
  digest bytea NOT NULL,
  kind text COLLATE "C" NOT NULL,
  issuer text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  except_sid text COLLATE "C"
);
CREATE INDEX IF NOT EXISTS log_xid ON ${schema}.log (xid, id);
CREATE UNIQUE INDEX IF NOT EXISTS log_version ON ${schema}.log (digest, version);
CREATE INDEX IF NOT EXISTS log_expires_at ON ${schema}.log (expires_at);
CREATE UNLOGGED TABLE IF NOT EXISTS ${schema}.log_name (
  server_started timestamptz PRIMARY KEY,
  name text COLLATE "C" NOT NULL
);`
}

function usedOnceTable(schema: string): string {
  return `
CREATE TABLE IF NOT EXISTS ${schema}.used_once (
  expires_at bigint NOT NULL,
  digest bytea PRIMARY KEY
);
CREATE INDEX IF NOT EXISTS used_once_expires_at ON ${schema}.used_once (expires_at);`
}

function keyRingsTable(schema: string): string {
  return `
CREATE TABLE IF NOT EXISTS ${schema}.key_rings (
  version bigint NOT NULL,
  ring text COLLATE "C" PRIMARY KEY,
  content text COLLATE "C" NOT NULL
);`
}
