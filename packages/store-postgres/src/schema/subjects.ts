import { NOW, epochOf, isLive, lockSubject, plpgsql, tagOf } from './expressions.ts'

/**
 * Ends all sessions of a subject by one number, which `rotate` compares with the row's. The lock makes the epoch before
 * this one certain, also where there was none yet: a session that was over before must not move to the new epoch.
 */
export function raiseEpochFunction(schema: string): string {
  return plpgsql(
    `${schema}.raise_epoch(p_tag text, p_keep_for bigint, p_except text, p_now bigint)`,
    'json',
    `
DECLARE
  v_now bigint;
  v_epoch bigint;
  v_raised bigint;
BEGIN
  ${lockSubject(schema, 'p_tag')};
  v_epoch := ${epochOf(schema, 'p_tag')};
  v_now := ${NOW};
  INSERT INTO ${schema}.epochs AS e (tag, epoch, keep_until)
  VALUES (p_tag, greatest(v_epoch + 1, v_now), v_now + p_keep_for)
  ON CONFLICT (tag) DO UPDATE
  SET epoch = greatest(e.epoch + 1, v_now), keep_until = greatest(e.keep_until, v_now + p_keep_for)
  RETURNING e.epoch INTO v_raised;
  IF p_except IS NOT NULL THEN
    UPDATE ${schema}.sessions s SET epoch = v_raised
    WHERE s.sid = p_except AND ${tagOf('s.sid')} = p_tag AND ${isLive()};
  END IF;
  RETURN to_json(v_raised);
END;`,
  )
}

/** After a backup was restored: ends what lived when it was made. Rows are locked in the order of their sids. */
export function recoverSessionsFunction(schema: string): string {
  return plpgsql(
    `${schema}.recover_sessions(p_since bigint, p_now bigint)`,
    'json',
    `
DECLARE
  v_now bigint := ${NOW};
  v_ended bigint;
BEGIN
  WITH found AS (
    SELECT s.sid FROM ${schema}.sessions s
    WHERE s.created_at <= p_since AND ${isLive(epochOf(schema, tagOf('s.sid')))}
    ORDER BY s.sid FOR UPDATE OF s
  )
  UPDATE ${schema}.sessions s
  SET revoked_at = v_now, reason = 'recovered', prune_after = s.absolute_expires_at
  FROM found WHERE s.sid = found.sid;
  GET DIAGNOSTICS v_ended = ROW_COUNT;
  RETURN to_json(v_ended);
END;`,
  )
}

/** Deletes a batch of what nobody needs, and waits for no one: rows in use are left to the next run. */
export function pruneFunction(schema: string): string {
  const batch = (table: string, key: string, isDue: string, order: string) => `
  DELETE FROM ${schema}.${table} WHERE ${key} = ANY (ARRAY(
    SELECT t.${key} FROM ${schema}.${table} t WHERE ${isDue} ORDER BY t.${order} LIMIT p_limit - v_deleted
    FOR UPDATE SKIP LOCKED
  ));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_deleted := v_deleted + v_count;`
  const sessionIsDue =
    't.prune_after <= v_now AND (t.absolute_expires_at <= v_now OR t.revoked_at IS NULL AND t.idle_expires_at <= v_now)'
  return plpgsql(
    `${schema}.prune(p_limit bigint, p_now bigint)`,
    'json',
    `
DECLARE
  v_now bigint := ${NOW};
  v_count bigint;
  v_deleted bigint := 0;
BEGIN
  ${batch('sessions', 'sid', sessionIsDue, 'prune_after')}
  ${batch('epochs', 'tag', 't.keep_until <= v_now', 'keep_until')}
  ${batch('used_once', 'digest', 't.expires_at <= v_now', 'expires_at')}
  RETURN to_json(v_deleted);
END;`,
  )
}
