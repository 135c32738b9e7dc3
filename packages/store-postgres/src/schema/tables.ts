/**
 * The tables. All times are milliseconds since the epoch. Texts are compared by their bytes (collation `C`), as every
 * other store does; so the primary key also finds the sessions of a subject, whose sids begin alike.
 *
 * `rotate` changes no column of an index, but for `prune_after` once in a long while (see `pruneAfter`), and each page
 * keeps room: PostgreSQL then writes the new version of a row beside the old one and touches no index (HOT).
 */
export function tables(schema: string): string {
  return `
CREATE TABLE IF NOT EXISTS ${schema}.installation (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version integer NOT NULL
);
CREATE TABLE IF NOT EXISTS ${schema}.sessions (
  gen bigint NOT NULL,
  rotated_at bigint NOT NULL,
  epoch bigint NOT NULL,
  created_at bigint NOT NULL,
  idle_expires_at bigint NOT NULL,
  absolute_expires_at bigint NOT NULL,
  prune_after bigint NOT NULL,
  revoked_at bigint,
  used boolean NOT NULL,
  sid text COLLATE "C" PRIMARY KEY,
  secret_hash text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  tenant text COLLATE "C",
  client_id text COLLATE "C",
  jkt text COLLATE "C",
  reason text COLLATE "C",
  device text COLLATE "C",
  ip text COLLATE "C",
  data text COLLATE "C" NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS sessions_prune_after ON ${schema}.sessions (prune_after);
CREATE TABLE IF NOT EXISTS ${schema}.epochs (
  epoch bigint NOT NULL,
  keep_until bigint NOT NULL,
  tag text COLLATE "C" PRIMARY KEY
);
CREATE INDEX IF NOT EXISTS epochs_keep_until ON ${schema}.epochs (keep_until);
CREATE TABLE IF NOT EXISTS ${schema}.used_once (
  expires_at bigint NOT NULL,
  digest bytea PRIMARY KEY
);
CREATE INDEX IF NOT EXISTS used_once_expires_at ON ${schema}.used_once (expires_at);
CREATE TABLE IF NOT EXISTS ${schema}.key_rings (
  version bigint NOT NULL,
  ring text COLLATE "C" PRIMARY KEY,
  content text COLLATE "C" NOT NULL
);`
}
