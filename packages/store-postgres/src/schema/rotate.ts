import { epochOf, isLive, NOW, pruneAfter, tagOf } from './expressions.ts'
import { IN_TIME, plpgsql } from './function.ts'

const PARAMETERS = `
  p_sid text, p_gen bigint, p_secret_hash text, p_client_id text, p_jkt text, p_mode text, p_cooldown bigint,
  p_grace bigint, p_revoke_for bigint, p_ip text, p_may_lose_writes boolean, p_deadline bigint, p_now bigint
`
const VARIABLES = `v_epoch bigint; v_now bigint; v_age bigint; v_idle bigint; v_outcome text; v_result json;`

/**
 * `decideRotation` of `@countersign/stores`.
 *
 * The usual case comes first: one UPDATE under all conditions of `rotated`. If it waits for another operation on the
 * row, PostgreSQL evaluates the conditions again on the new row. If they do not hold, nothing was written, and the
 * rules follow in their order: the row is locked before the epoch and the clock are read, so that parallel rotations of
 * a session run one after another, and each sees what the previous one wrote.
 */
export function rotateFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'rotate',
      parameters: PARAMETERS,
      declare: `v_row ${schema}.sessions%ROWTYPE; ${VARIABLES}`,
    },
    `
  ${rotateAtOnce(schema)}
  IF FOUND THEN
    ${IN_TIME}
    RETURN v_result;
  END IF;
  SELECT * INTO v_row FROM ${schema}.sessions s WHERE s.sid = p_sid FOR UPDATE;
  IF NOT FOUND THEN
    RETURN json_build_object('now', ${NOW}, 'outcome', 'unknown', 'session', NULL);
  END IF;
  v_epoch := ${epochOf(schema, tagOf('p_sid'))};
  v_now := ${NOW};
  v_age := v_now - v_row.rotated_at;
  v_idle := least(v_now + v_row.idle_timeout, v_row.absolute_expires_at);
  v_outcome := ${OUTCOME};
  ${write(schema)}
  ${IN_TIME}
  RETURN json_build_object('now', v_now, 'outcome', v_outcome, 'session', row_to_json(v_row));`,
  )
}

function rotateAtOnce(schema: string): string {
  const idle = '(least(v_now + s.idle_timeout, s.absolute_expires_at))'
  return `v_now := ${NOW};
  UPDATE ${schema}.sessions s
  SET gen = s.gen + 1, rotated_at = v_now, used = false, idle_expires_at = ${idle},
    prune_after = ${pruneAfter(idle, 's.idle_timeout')}, ip = coalesce(p_ip, s.ip)
  WHERE s.sid = p_sid AND s.gen = p_gen AND s.secret_hash = p_secret_hash
    AND s.client_id IS NOT DISTINCT FROM p_client_id AND s.jkt IS NOT DISTINCT FROM p_jkt
    AND ${isLive(epochOf(schema, tagOf('p_sid')))} AND v_now - s.rotated_at >= p_cooldown
  RETURNING json_build_object('now', v_now, 'outcome', 'rotated', 'session', row_to_json(s)) INTO v_result;`
}

const OUTCOME = `CASE
    WHEN p_secret_hash IS DISTINCT FROM v_row.secret_hash OR p_client_id IS DISTINCT FROM v_row.client_id
      OR p_jkt IS DISTINCT FROM v_row.jkt THEN 'mismatch'
    WHEN v_row.revoked_at IS NOT NULL OR v_row.epoch < v_epoch THEN 'revoked'
    WHEN v_now >= v_row.idle_expires_at OR v_now >= v_row.absolute_expires_at THEN 'expired'
    WHEN p_gen = v_row.gen AND v_age < p_cooldown THEN 'cooldown'
    WHEN p_gen = v_row.gen THEN 'rotated'
    WHEN p_gen = v_row.gen - 1 AND (
      v_age <= p_grace AND p_mode <> 'strict' OR p_mode = 'untilUsed' AND NOT v_row.used
    ) THEN 'replayed'
    WHEN p_gen = v_row.gen + 1 AND p_may_lose_writes THEN 'ahead'
    WHEN p_gen > v_row.gen THEN 'expired'
    ELSE 'reused'
  END`

/** Writes the changes of the outcome, and sets `v_row` to the new row. */
function write(schema: string): string {
  return `IF v_outcome = 'reused' THEN
    PERFORM ${schema}.end_rows(ARRAY[p_sid], 'reuse', p_revoke_for, p_now);
    SELECT * INTO v_row FROM ${schema}.sessions s WHERE s.sid = p_sid;
  ELSIF v_outcome IN ('rotated', 'ahead')
    OR v_outcome = 'cooldown' AND (NOT v_row.used OR v_row.idle_expires_at <> v_idle)
  THEN
    IF v_outcome <> 'cooldown' THEN
      v_row.gen := v_row.gen + 1;
      v_row.rotated_at := v_now;
      v_row.ip := coalesce(p_ip, v_row.ip);
    END IF;
    v_row.used := v_outcome <> 'rotated';
    v_row.idle_expires_at := v_idle;
    v_row.prune_after := ${pruneAfter('v_idle', 'v_row.idle_timeout')};
    UPDATE ${schema}.sessions s
    SET gen = v_row.gen, rotated_at = v_row.rotated_at, used = v_row.used,
      idle_expires_at = v_row.idle_expires_at, prune_after = v_row.prune_after, ip = v_row.ip
    WHERE s.sid = p_sid;
  END IF;`
}
