import { epochOf, isLive, isOfTag, NOW, tagOf } from './expressions.ts'
import { plpgsql } from './function.ts'

/** The server's clock. */
export function readTimeFunction(schema: string): string {
  return plpgsql(
    schema,
    { name: 'read_time', parameters: 'p_now bigint' },
    `RETURN json_build_object('now', ${NOW});`,
  )
}

/** A row in any state. One statement reads the epoch and the row at the same moment. */
export function findSessionFunction(schema: string): string {
  return plpgsql(
    schema,
    { name: 'find_session', parameters: 'p_sid text, p_now bigint' },
    `
  RETURN (
    SELECT json_build_object('now', ${NOW}, 'session', row_to_json(s), 'epoch', ${epochOf(schema, tagOf('p_sid'))})
    FROM (SELECT 1) one LEFT JOIN ${schema}.sessions s ON s.sid = p_sid
  );`,
  )
}

/** The live sessions of a subject, the newest first, after a position. */
export function listSessionsFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'list_sessions',
      parameters: 'p_tag text, p_limit bigint, p_created_at bigint, p_sid text, p_now bigint',
      declare: `v_now bigint := ${NOW};`,
    },
    `
  RETURN json_build_object('now', v_now, 'sessions', (
    SELECT coalesce(json_agg(row_to_json(l) ORDER BY l.created_at DESC, l.sid DESC), '[]') FROM (
      SELECT s.* FROM ${schema}.sessions s
      WHERE ${isOfTag('s.sid', 'p_tag')} AND ${isLive(epochOf(schema, 'p_tag'))}
        AND (p_sid IS NULL OR (s.created_at, s.sid) < (p_created_at, p_sid))
      ORDER BY s.created_at DESC, s.sid DESC LIMIT p_limit
    ) l
  ));`,
  )
}

/** The data for the check of an access token. One statement reads the epoch and the row at the same moment. */
export function checkSessionFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'check_session',
      parameters: 'p_tag text, p_sid text, p_now bigint',
      declare: `v_now bigint := ${NOW};`,
    },
    `
  RETURN (
    SELECT json_build_object('now', v_now, 'epoch', subject.epoch, 'dataVersion', coalesce(s.data_version, 0),
      'state', CASE
      WHEN s.sid IS NULL THEN 'unknown'
      WHEN s.revoked_at IS NOT NULL OR s.epoch < subject.epoch THEN 'revoked'
      WHEN v_now >= s.idle_expires_at OR v_now >= s.absolute_expires_at THEN 'expired'
      ELSE 'live'
    END)
    FROM (SELECT ${epochOf(schema, 'p_tag')} AS epoch) subject
    LEFT JOIN ${schema}.sessions s ON s.sid = p_sid AND ${tagOf('s.sid')} = p_tag
  );`,
  )
}
