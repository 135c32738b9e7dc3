import { digestOf, NOW } from './expressions.ts'
import { IN_TIME, plpgsql } from './function.ts'

/** One-time use. The table keeps a digest, so that no id is too long for an index. */
export function useOnceFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'use_once',
      parameters: 'p_purpose text, p_id text, p_expires_at bigint, p_deadline bigint, p_now bigint',
      declare: `v_now bigint := ${NOW}; v_first boolean := false;`,
    },
    `
  IF p_expires_at > v_now THEN
    INSERT INTO ${schema}.used_once AS u (digest, expires_at)
    VALUES (${digestOf('p_purpose', 'p_id')}, p_expires_at)
    ON CONFLICT (digest) DO UPDATE SET expires_at = p_expires_at WHERE u.expires_at <= v_now;
    v_first := FOUND;
  END IF;
  ${IN_TIME}
  RETURN json_build_object('now', v_now, 'first', v_first);`,
  )
}

/** A ring of signing keys as it was last written. */
export function readKeyRingFunction(schema: string): string {
  return plpgsql(
    schema,
    { name: 'read_key_ring', parameters: 'p_ring text, p_now bigint' },
    `
  RETURN (
    SELECT json_build_object('now', ${NOW}, 'version', coalesce(k.version, 0), 'content', k.content)
    FROM (SELECT 1) one LEFT JOIN ${schema}.key_rings k ON k.ring = p_ring
  );`,
  )
}

/** Compare-and-set of a ring. */
export function writeKeyRingFunction(schema: string): string {
  return plpgsql(
    schema,
    {
      name: 'write_key_ring',
      parameters: 'p_ring text, p_expected bigint, p_content text, p_deadline bigint, p_now bigint',
      declare: 'v_written boolean;',
    },
    `
  IF p_expected = 0 THEN
    INSERT INTO ${schema}.key_rings (ring, version, content) VALUES (p_ring, 1, p_content) ON CONFLICT DO NOTHING;
  ELSE
    UPDATE ${schema}.key_rings k SET version = k.version + 1, content = p_content
    WHERE k.ring = p_ring AND k.version = p_expected;
  END IF;
  v_written := FOUND;
  ${IN_TIME}
  RETURN json_build_object('now', ${NOW}, 'written', v_written);`,
  )
}
