import { NOW, epochOf, isLive, isOfTag, lockSubject, plpgsql, pruneAfter, tagOf } from './expressions.ts'

/** A login: the limit, what is evicted or replaced, and the new row, under the lock of the subject where it counts. */
export function createSessionFunction(schema: string): string {
  return plpgsql(
    `${schema}.create_session(
  p_sid text, p_secret_hash text, p_subject text, p_tenant text, p_client_id text, p_jkt text, p_device text,
  p_ip text, p_data text, p_idle_timeout bigint, p_absolute_timeout bigint, p_limit bigint, p_evict boolean,
  p_replaces text, p_now bigint
)`,
    'json',
    `
DECLARE
  v_tag text := ${tagOf('p_sid')};
  v_row ${schema}.sessions%ROWTYPE;
  v_epoch bigint;
  v_now bigint;
  v_live text[];
  v_over bigint;
  v_evicted text[] := '{}';
BEGIN
  IF p_limit IS NOT NULL THEN
    IF current_setting('transaction_isolation') = 'repeatable read' THEN
      RAISE EXCEPTION 'countersign cannot count sessions under "repeatable read": set default_transaction_isolation to "read committed" for this role';
    END IF;
    ${lockSubject(schema, 'v_tag')};
  END IF;
  v_epoch := ${epochOf(schema, 'v_tag')};
  v_now := ${NOW};
  IF p_limit IS NOT NULL THEN
    v_live := ARRAY(
      SELECT s.sid FROM ${schema}.sessions s
      WHERE ${isOfTag('s.sid', 'v_tag')} AND s.sid IS DISTINCT FROM p_replaces AND ${isLive()}
      ORDER BY s.created_at, s.sid
    );
    v_over := cardinality(v_live) + 1 - p_limit;
    IF v_over > 0 AND NOT p_evict THEN
      RETURN json_build_object('now', v_now, 'session', NULL, 'evicted', '[]'::json);
    END IF;
    v_evicted := v_live[1:v_over];
  END IF;
  IF p_replaces IS NOT NULL OR v_evicted <> '{}' THEN
    PERFORM FROM ${schema}.sessions s WHERE s.sid = ANY (v_evicted || p_replaces) ORDER BY s.sid FOR UPDATE;
    UPDATE ${schema}.sessions s
    SET revoked_at = v_now, reason = 'replaced', prune_after = s.absolute_expires_at
    WHERE s.sid = p_replaces AND ${tagOf('s.sid')} = v_tag AND ${isLive()};
    WITH evicted AS (
      UPDATE ${schema}.sessions s
      SET revoked_at = v_now, reason = 'evicted', prune_after = s.absolute_expires_at
      WHERE s.sid = ANY (v_evicted) AND s.revoked_at IS NULL
      RETURNING s.sid
    )
    SELECT coalesce(array_agg(evicted.sid), '{}') INTO v_evicted FROM evicted;
  END IF;
  INSERT INTO ${schema}.sessions AS s (
    sid, secret_hash, subject, tenant, client_id, jkt, gen, rotated_at, used, epoch, created_at, idle_expires_at,
    absolute_expires_at, prune_after, device, ip, data
  ) VALUES (
    p_sid, p_secret_hash, p_subject, p_tenant, p_client_id, p_jkt, 1, v_now, false, v_epoch, v_now,
    v_now + least(p_idle_timeout, p_absolute_timeout), v_now + p_absolute_timeout,
    ${pruneAfter('(v_now + least(p_idle_timeout, p_absolute_timeout))')}, p_device, p_ip, p_data
  ) RETURNING * INTO v_row;
  RETURN json_build_object('now', v_now, 'session', row_to_json(v_row), 'evicted', array_to_json(v_evicted));
END;`,
  )
}

/** The end of one session, if it is live. */
export function endSessionFunction(schema: string): string {
  return plpgsql(
    `${schema}.end_session(p_sid text, p_reason text, p_now bigint)`,
    'json',
    `
DECLARE
  v_epoch bigint;
  v_now bigint;
BEGIN
  PERFORM FROM ${schema}.sessions s WHERE s.sid = p_sid FOR UPDATE;
  v_epoch := ${epochOf(schema, tagOf('p_sid'))};
  v_now := ${NOW};
  UPDATE ${schema}.sessions s
  SET revoked_at = v_now, reason = p_reason, prune_after = s.absolute_expires_at
  WHERE s.sid = p_sid AND ${isLive()};
  RETURN to_json(FOUND);
END;`,
  )
}

/** The live sessions of a subject, the newest first. One statement sees the epoch and the rows of one moment. */
export function listSessionsFunction(schema: string): string {
  return plpgsql(
    `${schema}.list_sessions(p_tag text, p_now bigint)`,
    'json',
    `
DECLARE
  v_now bigint := ${NOW};
BEGIN
  RETURN json_build_object('now', v_now, 'sessions', (
    SELECT coalesce(json_agg(row_to_json(s) ORDER BY s.created_at DESC, s.sid DESC), '[]')
    FROM ${schema}.sessions s
    WHERE ${isOfTag('s.sid', 'p_tag')} AND ${isLive(epochOf(schema, 'p_tag'))}
  ));
END;`,
  )
}

/** What a check of an access token asks. One statement sees the epoch and the row of one moment. */
export function checkSessionFunction(schema: string): string {
  return plpgsql(
    `${schema}.check_session(p_tag text, p_sid text, p_now bigint)`,
    'json',
    `
DECLARE
  v_now bigint := ${NOW};
BEGIN
  RETURN (
    SELECT json_build_object('now', v_now, 'epoch', subject.epoch, 'state', CASE
      WHEN s.sid IS NULL THEN 'unknown'
      WHEN s.revoked_at IS NOT NULL OR s.epoch < subject.epoch THEN 'revoked'
      WHEN v_now >= s.idle_expires_at OR v_now >= s.absolute_expires_at THEN 'expired'
      ELSE 'live'
    END)
    FROM (SELECT ${epochOf(schema, 'p_tag')} AS epoch) subject
    LEFT JOIN ${schema}.sessions s ON s.sid = p_sid AND ${tagOf('s.sid')} = p_tag
  );
END;`,
  )
}
