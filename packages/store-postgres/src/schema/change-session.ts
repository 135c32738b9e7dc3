import { epochOf, NOW, tagOf } from './expressions.ts'
import { IN_TIME, plpgsql } from './function.ts'

/** `decideChange` of `@countersign/stores`. The row is locked before the epoch and the clock are read. */
export function changeSessionFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'change_session',
      parameters:
        'p_sid text, p_data text, p_expected bigint, p_revoke_for bigint, p_deadline bigint, p_now bigint',
      declare: `v_row ${schema}.sessions%ROWTYPE; v_epoch bigint; v_now bigint; v_outcome text;`,
    },
    `
  SELECT * INTO v_row FROM ${schema}.sessions s WHERE s.sid = p_sid FOR UPDATE;
  IF NOT FOUND THEN
    RETURN json_build_object('now', ${NOW}, 'outcome', 'unknown', 'session', NULL);
  END IF;
  v_epoch := ${epochOf(schema, tagOf('p_sid'))};
  v_now := ${NOW};
  v_outcome := CASE
    WHEN v_row.revoked_at IS NOT NULL OR v_row.epoch < v_epoch THEN 'revoked'
    WHEN v_now >= v_row.idle_expires_at OR v_now >= v_row.absolute_expires_at THEN 'expired'
    WHEN p_expected <> v_row.data_version THEN 'conflict'
    ELSE 'changed'
  END;
  IF v_outcome = 'changed' THEN
    v_row.data := p_data;
    v_row.data_version := v_row.data_version + 1;
    UPDATE ${schema}.sessions s SET data = v_row.data, data_version = v_row.data_version WHERE s.sid = p_sid;
    PERFORM ${schema}.append_revocation(
      'session', v_row.issuer, p_sid, 'changed', v_row.data_version, NULL, v_now + p_revoke_for, p_now
    );
  END IF;
  ${IN_TIME}
  RETURN json_build_object('now', v_now, 'outcome', v_outcome, 'session', row_to_json(v_row));`,
  )
}
