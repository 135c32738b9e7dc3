import { NOW, plpgsql } from './expressions.ts'

/** One-time use. What is kept is a digest, so that no id is too long for an index. */
export function useOnceFunction(schema: string): string {
  return plpgsql(
    `${schema}.use_once(p_purpose text, p_id text, p_expires_at bigint, p_now bigint)`,
    'json',
    `
DECLARE
  v_now bigint := ${NOW};
BEGIN
  IF p_expires_at <= v_now THEN
    RETURN to_json(false);
  END IF;
  INSERT INTO ${schema}.used_once AS u (digest, expires_at)
  VALUES (sha256(convert_to(length(p_purpose) || ':' || p_purpose || p_id, 'UTF8')), p_expires_at)
  ON CONFLICT (digest) DO UPDATE SET expires_at = p_expires_at WHERE u.expires_at <= v_now;
  RETURN to_json(FOUND);
END;`,
  )
}

/** A ring of signing keys as it was last written. */
export function readKeyRingFunction(schema: string): string {
  return plpgsql(
    `${schema}.read_key_ring(p_ring text, p_now bigint)`,
    'json',
    `
BEGIN
  RETURN (
    SELECT json_build_object('now', ${NOW}, 'version', coalesce(k.version, 0), 'content', k.content)
    FROM (SELECT 1) one LEFT JOIN ${schema}.key_rings k ON k.ring = p_ring
  );
END;`,
  )
}

/** Compare-and-set of a ring. */
export function writeKeyRingFunction(schema: string): string {
  return plpgsql(
    `${schema}.write_key_ring(p_ring text, p_expected bigint, p_content text)`,
    'json',
    `
BEGIN
  IF p_expected = 0 THEN
    INSERT INTO ${schema}.key_rings (ring, version, content) VALUES (p_ring, 1, p_content) ON CONFLICT DO NOTHING;
  ELSE
    UPDATE ${schema}.key_rings k SET version = k.version + 1, content = p_content
    WHERE k.ring = p_ring AND k.version = p_expected;
  END IF;
  RETURN to_json(FOUND);
END;`,
  )
}
