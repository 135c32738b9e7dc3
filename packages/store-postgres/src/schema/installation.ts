import { changeSessionFunction } from './change-session.ts'
import { createSessionFunction } from './create-session.ts'
import { endRowsFunction, endSessionFunction, recoverSessionsFunction } from './ending.ts'
import { readKeyRingFunction, useOnceFunction, writeKeyRingFunction } from './keys-and-ids.ts'
import {
  appendRevocationFunction,
  appendRevocationsFunction,
  logNameFunction,
  readRevocationsFunction,
} from './log.ts'
import { endProviderSessionsFunction, sessionsOfFunction } from './provider.ts'
import { pruneFunction } from './prune.ts'
import {
  checkSessionFunction,
  findSessionFunction,
  listSessionsFunction,
  readTimeFunction,
} from './reading.ts'
import { rotateFunction } from './rotate.ts'
import { eraseSubjectFunction, raiseEpochFunction } from './subjects.ts'
import { tables } from './tables.ts'

/**
 * Increases with every change of a table or function. To change a table, append a statement to `tables` that does no
 * harm if it has already run. Functions keep their parameters, or get a new name, because older releases still call
 * them during a roll-out.
 */
const VERSION = 2

const FUNCTIONS = [
  readTimeFunction,
  createSessionFunction,
  findSessionFunction,
  rotateFunction,
  changeSessionFunction,
  endRowsFunction,
  endSessionFunction,
  raiseEpochFunction,
  eraseSubjectFunction,
  listSessionsFunction,
  sessionsOfFunction,
  endProviderSessionsFunction,
  checkSessionFunction,
  recoverSessionsFunction,
  pruneFunction,
  appendRevocationFunction,
  appendRevocationsFunction,
  logNameFunction,
  readRevocationsFunction,
  useOnceFunction,
  readKeyRingFunction,
  writeKeyRingFunction,
]

/**
 * Everything that `init` does, as one text: the server runs it as one transaction. A second process waits for the lock,
 * finds the version, and does nothing; so does an older release that finds a newer version.
 */
export function installation(schema: string): string {
  const changes = [
    tables(schema),
    ...FUNCTIONS.map((create) => create(schema)),
    // every role may call a new function, unless that right is revoked
    `REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${schema} FROM PUBLIC;`,
    `INSERT INTO ${schema}.installation (version) VALUES (${VERSION})
     ON CONFLICT (only_row) DO UPDATE SET version = excluded.version;`,
  ]
  return `
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
SELECT pg_advisory_xact_lock(hashtextextended('countersign init ${schema}', 0));
DO $init$
DECLARE
  v_version integer := 0;
BEGIN
  IF current_setting('server_encoding') <> 'UTF8' THEN
    RAISE EXCEPTION 'countersign needs a database with the encoding UTF8, but this one has %',
      current_setting('server_encoding');
  END IF;
  IF to_regclass('${schema}.installation') IS NOT NULL THEN
    SELECT version INTO v_version FROM ${schema}.installation;
  END IF;
  IF coalesce(v_version, 0) >= ${VERSION} THEN
    RETURN;
  END IF;
  IF v_version = 1 THEN
    RAISE EXCEPTION 'countersign: the tables in ${schema} are older than the first release and cannot be upgraded: run DROP SCHEMA ${schema} CASCADE, then init() again; all users log in again';
  END IF;
  -- checked first, because IF NOT EXISTS requires the right to create even if nothing is created
  IF to_regnamespace('${schema}') IS NULL THEN
    CREATE SCHEMA ${schema};
  END IF;
  EXECUTE $changes$
${changes.join('\n')}
  $changes$;
END;
$init$;`
}
