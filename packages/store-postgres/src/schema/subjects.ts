import { epochOf, isLive, isOfTag, lockSubject, NOW, tagOf } from './expressions.ts'
import { IN_TIME, plpgsql } from './function.ts'

/** Raises the epoch `v_epoch` of `p_tag` to `v_raised`. Never shortens how long an earlier one is kept. */
function raise(schema: string): string {
  return `INSERT INTO ${schema}.epochs AS e (tag, epoch, keep_until)
  VALUES (p_tag, greatest(v_epoch + 1, v_now), v_now + p_keep_for)
  ON CONFLICT (tag) DO UPDATE
  SET epoch = greatest(e.epoch + 1, v_now), keep_until = greatest(e.keep_until, v_now + p_keep_for)
  RETURNING e.epoch INTO v_raised;`
}

function append(schema: string, except: string): string {
  return `PERFORM ${schema}.append_revocation(
    'subject', p_issuer, p_key, 'before', v_raised, ${except}, v_now + p_revoke_for, p_now
  );`
}

const OWNER = 'p_tag text, p_keep_for bigint, p_issuer text, p_key text, p_revoke_for bigint'

/**
 * Ends all sessions of a subject by one number, which `rotate` compares with the row's. The lock makes the previous
 * epoch certain, even if there was none yet: a session that was already over must not move to the new epoch.
 */
export function raiseEpochFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'raise_epoch',
      parameters: `${OWNER}, p_except text, p_kept_elsewhere text, p_deadline bigint, p_now bigint`,
      declare: 'v_now bigint; v_epoch bigint; v_raised bigint; v_kept boolean;',
    },
    `
  ${lockSubject(schema, 'p_tag')};
  v_epoch := ${epochOf(schema, 'p_tag')};
  PERFORM FROM ${schema}.sessions s WHERE s.sid = p_except FOR UPDATE;
  v_now := ${NOW};
  ${raise(schema)}
  UPDATE ${schema}.sessions s SET epoch = v_raised
  WHERE s.sid = p_except AND ${tagOf('s.sid')} = p_tag AND ${isLive()};
  v_kept := FOUND;
  ${append(schema, 'CASE WHEN v_kept THEN p_except ELSE p_kept_elsewhere END')}
  ${IN_TIME}
  RETURN json_build_object('now', v_now, 'epoch', v_raised, 'kept', v_kept);`,
  )
}

/** Deletes the rows of a subject, and raises its epoch. */
export function eraseSubjectFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'erase_subject',
      parameters: `${OWNER}, p_deadline bigint, p_now bigint`,
      declare: 'v_now bigint; v_epoch bigint; v_raised bigint; v_erased text[];',
    },
    `
  ${lockSubject(schema, 'p_tag')};
  v_epoch := ${epochOf(schema, 'p_tag')};
  PERFORM FROM ${schema}.sessions s WHERE ${isOfTag('s.sid', 'p_tag')} ORDER BY s.sid FOR UPDATE;
  v_now := ${NOW};
  WITH erased AS (
    DELETE FROM ${schema}.sessions s WHERE ${isOfTag('s.sid', 'p_tag')} RETURNING s.sid
  )
  SELECT coalesce(array_agg(e.sid), '{}') INTO v_erased FROM erased e;
  ${raise(schema)}
  ${append(schema, 'NULL')}
  ${IN_TIME}
  RETURN json_build_object('now', v_now, 'epoch', v_raised, 'erased', array_to_json(v_erased));`,
  )
}
