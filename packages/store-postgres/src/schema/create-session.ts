import { epochOf, isLive, isOfTag, lockSubject, NOW, pruneAfter, tagOf } from './expressions.ts'
import { IN_TIME, plpgsql } from './function.ts'
import { endByProviderOf, lockProvider, SUBJECT_NAME, SID_NAME } from './provider.ts'

/** Under this isolation level sessions cannot be counted correctly, so counting is an error. */
const CAN_COUNT = `IF current_setting('transaction_isolation') = 'repeatable read' THEN
      RAISE EXCEPTION 'countersign cannot count sessions under "repeatable read": set default_transaction_isolation to "read committed" for this role';
    END IF;`

/**
 * `decideCreation` of `@countersign/stores`: whether the session may be created, which sessions are evicted or
 * replaced, and the new row. It holds the lock of the subject if it counts sessions, and that of the provider's session
 * if there is one.
 */
export function createSessionFunction(schema: string): string {
  const idleExpiresAt = '(v_now + least(p_idle_timeout, p_absolute_timeout))'
  const refused = (outcome: string) => `
    RETURN json_build_object('now', v_now, 'outcome', '${outcome}', 'session', NULL, 'evicted', '[]'::json);`
  return plpgsql(
    schema,
    {
      name: 'create_session',
      parameters: `p_session json, p_idle_timeout bigint, p_absolute_timeout bigint, p_revoke_for bigint,
  p_since bigint, p_limit bigint, p_evict boolean, p_replaces text, p_deadline bigint, p_now bigint`,
      declare: `
  v_row ${schema}.sessions%ROWTYPE := json_populate_record(NULL::${schema}.sessions, p_session);
  v_tag text := ${tagOf('v_row.sid')};
  v_epoch bigint;
  v_now bigint;
  v_live text[];
  v_over bigint;
  v_evicted text[] := '{}';`,
    },
    `
  IF p_limit IS NOT NULL THEN
    ${CAN_COUNT}
    ${lockSubject(schema, 'v_tag')};
  END IF;
  IF v_row.provider_issuer IS NOT NULL THEN
    ${lockProvider(schema, 'shared', SUBJECT_NAME)}
    ${lockProvider(schema, 'shared', SID_NAME)}
  END IF;
  v_epoch := ${epochOf(schema, 'v_tag')};
  v_now := ${NOW};
  IF v_epoch > p_since THEN ${refused('endedSince')}
  END IF;
  IF ${endByProviderOf(schema, SID_NAME)} IS NOT NULL OR ${endByProviderOf(schema, SUBJECT_NAME)} > p_since
  THEN ${refused('providerEnded')}
  END IF;
  IF p_limit IS NOT NULL THEN
    v_live := ARRAY(
      SELECT s.sid FROM ${schema}.sessions s
      WHERE ${isOfTag('s.sid', 'v_tag')} AND s.sid IS DISTINCT FROM p_replaces AND ${isLive()}
      ORDER BY s.created_at, s.sid
    );
    v_over := cardinality(v_live) + 1 - p_limit;
    IF v_over > 0 AND NOT p_evict THEN ${refused('limit')}
    END IF;
    v_evicted := v_live[1:v_over];
  END IF;
  IF p_replaces IS NOT NULL OR v_evicted <> '{}' THEN
    PERFORM FROM ${schema}.sessions s WHERE s.sid = ANY (v_evicted || p_replaces) ORDER BY s.sid FOR UPDATE;
    IF ${tagOf('p_replaces')} = v_tag THEN
      PERFORM ${schema}.end_rows(ARRAY[p_replaces], 'replaced', p_revoke_for, p_now);
    END IF;
    v_evicted := ${schema}.end_rows(v_evicted, 'evicted', p_revoke_for, p_now);
  END IF;
  v_row.gen := 1;
  v_row.rotated_at := v_now;
  v_row.used := false;
  v_row.epoch := v_epoch;
  v_row.data_version := 1;
  v_row.created_at := v_now;
  v_row.idle_timeout := p_idle_timeout;
  v_row.idle_expires_at := ${idleExpiresAt};
  v_row.absolute_expires_at := v_now + p_absolute_timeout;
  v_row.prune_after := ${pruneAfter('v_row.idle_expires_at', 'p_idle_timeout')};
  INSERT INTO ${schema}.sessions VALUES (v_row.*);
  ${IN_TIME}
  RETURN json_build_object(
    'now', v_now, 'outcome', 'created', 'session', row_to_json(v_row), 'evicted', array_to_json(v_evicted)
  );`,
  )
}
