import { digestOf, NOW } from './expressions.ts'
import { IN_TIME, plpgsql } from './function.ts'

/**
 * Appends an entry. Versions of a key are unique: if another transaction appends the same key in the same millisecond,
 * this one waits for it and gets a later version.
 */
export function appendRevocationFunction(schema: string): string {
  const digest = digestOf('p_kind', 'p_issuer', 'p_key')
  return plpgsql(
    schema,
    {
      name: 'append_revocation',
      parameters: `p_kind text, p_issuer text, p_key text, p_state text, p_bound bigint, p_except text,
  p_expires_at bigint, p_now bigint`,
      returns: 'void',
      declare: `v_now bigint := ${NOW}; v_digest bytea := ${digest};`,
    },
    `
  WHILE p_expires_at > v_now LOOP
    INSERT INTO ${schema}.log (version, bound, expires_at, digest, kind, issuer, key, state, except_sid)
    VALUES (
      greatest(v_now, 1 + coalesce((SELECT max(l.version) FROM ${schema}.log l WHERE l.digest = v_digest), 0)),
      p_bound, p_expires_at, v_digest, p_kind, p_issuer, p_key, p_state, p_except
    ) ON CONFLICT (digest, version) DO NOTHING;
    EXIT WHEN FOUND;
  END LOOP;`,
  )
}

/** Appends all entries or none. The caller has sorted them, so that two calls do not deadlock. */
export function appendRevocationsFunction(schema: string): string {
  return plpgsql(
    schema,
    { name: 'append_revocations', parameters: 'p_entries json, p_deadline bigint, p_now bigint' },
    `
  PERFORM ${schema}.append_revocation(
    e.kind, e.issuer, e.key, e.state, e.bound, e."except", e."expiresAt", p_now
  ) FROM json_to_recordset(p_entries) AS e(
    kind text, issuer text, key text, state text, bound bigint, "except" text, "expiresAt" bigint
  );
  ${IN_TIME}
  RETURN json_build_object('now', ${NOW});`,
  )
}

/**
 * The name of the log, which identifies its cursors. If there is no name, this creates one. Entries with transaction
 * numbers that this server has not reached yet come from a dump of another server, and get numbers of this one.
 */
export function logNameFunction(schema: string): string {
  const isOurs = 'n.server_started = pg_postmaster_start_time()'
  return plpgsql(
    schema,
    { name: 'log_name', parameters: '', returns: 'text', declare: 'v_name text;' },
    `
  LOOP
    SELECT n.name INTO v_name FROM ${schema}.log_name n WHERE ${isOurs};
    EXIT WHEN FOUND;
    DELETE FROM ${schema}.log_name n WHERE NOT ${isOurs};
    INSERT INTO ${schema}.log_name (server_started, name)
    VALUES (pg_postmaster_start_time(), gen_random_uuid()::text) ON CONFLICT DO NOTHING;
    UPDATE ${schema}.log l SET xid = pg_current_xact_id() WHERE l.xid > pg_current_xact_id();
  END LOOP;
  RETURN v_name;`,
  )
}

/**
 * Reads what a reader has not seen: entries that are visible now, but were not in its last snapshot. So an open
 * transaction delays only its own entries, which are read after it commits, even if other entries came meanwhile. The
 * snapshot is that of the statement that reads. One row more than the limit means that there are more. The next pages
 * are read up to the snapshot of the first page (`p_to`), after the last row of the previous page (`p_xid`, `p_id`).
 */
export function readRevocationsFunction(schema: string): string {
  const columns =
    'l.id, l.xid, l.version, l.bound, l.expires_at, l.kind, l.issuer, l.key, l.state, l.except_sid'
  return plpgsql(
    schema,
    {
      name: 'read_revocations',
      parameters: `p_name text, p_from text, p_to text, p_xid text, p_id bigint, p_limit bigint, p_now bigint`,
      declare: `v_now bigint; v_name text;`,
    },
    `
  v_name := ${schema}.log_name();
  v_now := ${NOW};
  IF p_name IS DISTINCT FROM v_name AND p_name IS NOT NULL THEN
    RETURN json_build_object('now', v_now, 'gap', true);
  END IF;
  RETURN (
    WITH found AS MATERIALIZED (
      SELECT ${columns} FROM ${schema}.log l
      WHERE (l.xid, l.id) > (p_xid::xid8, p_id) AND l.expires_at > v_now
        AND (p_from IS NULL OR NOT pg_visible_in_snapshot(l.xid, p_from::pg_snapshot))
        AND (p_to IS NULL OR pg_visible_in_snapshot(l.xid, p_to::pg_snapshot))
      ORDER BY l.xid, l.id LIMIT p_limit + 1
    )
    SELECT json_build_object(
      'now', v_now, 'gap', false, 'name', v_name, 'snapshot', pg_current_snapshot()::text,
      'entries', (SELECT coalesce(json_agg(row_to_json(f) ORDER BY f.xid, f.id), '[]') FROM found f)
    )
  );`,
  )
}
