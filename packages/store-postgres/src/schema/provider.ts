import { PROVIDER_END_MEMORY } from '@countersign/stores'
import { digestOf, epochOf, isLive, NOW, tagOf } from './expressions.ts'
import { IN_TIME, plpgsql } from './function.ts'

/** What a provider can end: issuer, kind and name. */
type ProviderName = readonly [issuer: string, kind: string, name: string]

/** The provider's session, and its subject, of the row `v_row`. */
export const SID_NAME: ProviderName = ['v_row.provider_issuer', `'sid'`, 'v_row.provider_sid']
export const SUBJECT_NAME: ProviderName = ['v_row.provider_issuer', `'subject'`, 'v_row.provider_subject']

const GIVEN_NAME: ProviderName = ['p_issuer', 'p_kind', 'p_name']

/**
 * With this lock, a sign-in is either before the end, which then finds its session, or after it, and rejected. Without
 * a name there is no lock.
 */
export function lockProvider(schema: string, mode: 'shared' | 'exclusive', name: ProviderName): string {
  const text = `'${schema}/provider' || encode(${digestOf(...name)}, 'hex')`
  const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock'
  return `PERFORM ${lock}(hashtextextended(${text}, 0));`
}

/** When a provider ended it, in SQL; NULL if that is not remembered, or if there is no such name. */
export function endByProviderOf(schema: string, name: ProviderName): string {
  return `(SELECT e.ended_at FROM ${schema}.provider_ends e WHERE e.digest = ${digestOf(...name)} AND e.keep_until > v_now)`
}

function isOfProvider(): string {
  return `s.provider_issuer = p_issuer AND (
    p_kind = 'sid' AND s.provider_sid = p_name OR p_kind = 'subject' AND s.provider_subject = p_name
  )`
}

/** The live sessions that were started from a session of an identity provider. */
export function sessionsOfFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'sessions_of',
      parameters: 'p_issuer text, p_kind text, p_name text, p_now bigint',
      declare: `v_now bigint := ${NOW};`,
    },
    `
  RETURN json_build_object('now', v_now, 'sessions', (
    SELECT coalesce(json_agg(row_to_json(s)), '[]') FROM ${schema}.sessions s
    WHERE ${isOfProvider()} AND ${isLive(epochOf(schema, tagOf('s.sid')))}
  ));`,
  )
}

/** Ends them, and remembers that for a while. */
export function endProviderSessionsFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'end_provider_sessions',
      parameters:
        'p_issuer text, p_kind text, p_name text, p_revoke_for bigint, p_deadline bigint, p_now bigint',
      declare: `v_now bigint; v_ended text[];`,
    },
    `
  ${lockProvider(schema, 'exclusive', GIVEN_NAME)}
  v_now := ${NOW};
  INSERT INTO ${schema}.provider_ends AS e (digest, ended_at, keep_until)
  VALUES (${digestOf(...GIVEN_NAME)}, v_now, v_now + ${PROVIDER_END_MEMORY})
  ON CONFLICT (digest) DO UPDATE SET ended_at = excluded.ended_at, keep_until = excluded.keep_until;
  v_ended := ${schema}.end_rows(
    ARRAY(SELECT s.sid FROM ${schema}.sessions s WHERE ${isOfProvider()}), 'provider', p_revoke_for, p_now
  );
  ${IN_TIME}
  RETURN json_build_object('now', v_now, 'ended', array_to_json(v_ended));`,
  )
}
