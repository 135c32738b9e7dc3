import { epochOf, isLive, NOW, tagOf } from './expressions.ts'
import { IN_TIME, plpgsql } from './function.ts'

/**
 * Ends the live ones of these sessions, and appends each end to the log. The rows are locked in the order of their
 * sids, and the clock is read after that.
 * @returns the sids of the ended sessions, in that order
 */
export function endRowsFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'end_rows',
      parameters: 'p_sids text[], p_reason text, p_revoke_for bigint, p_now bigint',
      returns: 'text[]',
      declare: `v_now bigint; v_ended text[];`,
    },
    `
  PERFORM FROM ${schema}.sessions s WHERE s.sid = ANY (p_sids) ORDER BY s.sid FOR UPDATE;
  v_now := ${NOW};
  WITH ended AS (
    UPDATE ${schema}.sessions s
    SET revoked_at = v_now, reason = p_reason, prune_after = s.absolute_expires_at
    WHERE s.sid = ANY (p_sids) AND ${isLive(epochOf(schema, tagOf('s.sid')))}
    RETURNING s.sid
  )
  SELECT coalesce(array_agg(e.sid ORDER BY e.sid), '{}') INTO v_ended FROM ended e;
  PERFORM ${schema}.append_revocation(
    'session', s.issuer, s.sid, 'denied', NULL, NULL, v_now + p_revoke_for, p_now
  ) FROM unnest(v_ended) WITH ORDINALITY AS e(sid, at) JOIN ${schema}.sessions s ON s.sid = e.sid;
  RETURN v_ended;`,
  )
}

/** Ends one session, if it is live. */
export function endSessionFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'end_session',
      parameters: 'p_sid text, p_reason text, p_revoke_for bigint, p_deadline bigint, p_now bigint',
      declare: 'v_ended text[];',
    },
    `
  v_ended := ${schema}.end_rows(ARRAY[p_sid], p_reason, p_revoke_for, p_now);
  ${IN_TIME}
  RETURN json_build_object('now', ${NOW}, 'ended', v_ended <> '{}');`,
  )
}

/** Ends the sessions that existed at the time of a backup, after it was restored. */
export function recoverSessionsFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'recover_sessions',
      parameters: 'p_since bigint, p_revoke_for bigint, p_deadline bigint, p_now bigint',
      declare: `v_now bigint := ${NOW}; v_ended text[];`,
    },
    `
  v_ended := ${schema}.end_rows(ARRAY(
    SELECT s.sid FROM ${schema}.sessions s
    WHERE s.created_at <= p_since AND ${isLive(epochOf(schema, tagOf('s.sid')))}
  ), 'recovered', p_revoke_for, p_now);
  ${IN_TIME}
  RETURN json_build_object('now', ${NOW}, 'ended', cardinality(v_ended));`,
  )
}
