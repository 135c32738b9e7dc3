import { NOW } from './expressions.ts'
import { IN_TIME, plpgsql } from './function.ts'

/** Rows that are no longer needed: table, key, condition, and the column whose index finds them. */
const OVER = [
  [
    'sessions',
    'sid',
    't.prune_after <= v_now AND (t.absolute_expires_at <= v_now OR t.revoked_at IS NULL AND t.idle_expires_at <= v_now)',
    'prune_after',
  ],
  ['epochs', 'tag', 't.keep_until <= v_now', 'keep_until'],
  ['provider_ends', 'digest', 't.keep_until <= v_now', 'keep_until'],
  ['log', 'id', 't.expires_at <= v_now', 'expires_at'],
  ['used_once', 'digest', 't.expires_at <= v_now', 'expires_at'],
] as const

/** Deletes a batch of rows that are no longer needed. It does not wait: locked rows are left to the next run. */
export function pruneFunction(schema: string): string {
  const batches = OVER.map(
    ([table, key, isDue, order]) => `
  DELETE FROM ${schema}.${table} WHERE ${key} = ANY (ARRAY(
    SELECT t.${key} FROM ${schema}.${table} t WHERE ${isDue} ORDER BY t.${order} LIMIT p_limit - v_deleted
    FOR UPDATE SKIP LOCKED
  ));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_deleted := v_deleted + v_count;`,
  )
  return plpgsql(
    schema,
    {
      name: 'prune',
      parameters: 'p_limit bigint, p_deadline bigint, p_now bigint',
      declare: `v_now bigint := ${NOW}; v_count bigint; v_deleted bigint := 0;`,
    },
    `
  ${batches.join('')}
  ${IN_TIME}
  RETURN json_build_object('now', v_now, 'deleted', v_deleted);`,
  )
}
