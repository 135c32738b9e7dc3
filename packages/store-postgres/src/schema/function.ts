import { NOW } from './expressions.ts'

/** A function of the schema, without its body. */
interface Signature {
  readonly name: string
  readonly parameters: string
  readonly returns?: string
  readonly declare?: string
}

/** SQLSTATE of an operation after its deadline; the message contains the server's time. */
export const LATE = 'LATE1'

/**
 * A function that runs with the rights of its owner, so that applications need no rights on the tables. It resolves
 * only names of PostgreSQL itself and fully qualified names.
 *
 * A standby rejects the call: it may not know yet which sessions have ended. The code is the one with which it rejects
 * writes.
 */
export function plpgsql(
  schema: string,
  { name, parameters, returns = 'json', declare = '' }: Signature,
  body: string,
): string {
  return `
CREATE OR REPLACE FUNCTION ${schema}.${name}(${parameters}) RETURNS ${returns} LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $function$
${declare.trim() === '' ? '' : `DECLARE\n  ${declare.trim()}`}
BEGIN
  IF pg_is_in_recovery() THEN
    RAISE EXCEPTION 'countersign: this server is a standby: connect to the primary' USING ERRCODE = '25006';
  END IF;
  ${body.trim()}
END;
$function$;`
}

/**
 * The last statement of a function that writes: it rolls back everything if the deadline has passed, even if the
 * function waited for a lock. Only the commit follows.
 */
export const IN_TIME: string = `IF ${NOW} > p_deadline THEN
    RAISE EXCEPTION 'countersign: after its deadline, at % ms', ${NOW} USING ERRCODE = '${LATE}';
  END IF;`
