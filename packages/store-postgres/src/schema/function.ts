import { NOW } from './expressions.ts'

/** A function of the schema, without its body. */
interface Signature {
  readonly name: string
  readonly parameters: string
  readonly returns?: string
  readonly declare?: string
}

/** SQLSTATE of what came after its deadline; its message has the server's time. */
export const LATE = 'LATE1'

/**
 * A function that acts with the rights of its owner, so that applications need no rights on the tables, and finds no
 * name but those of PostgreSQL itself and those that are spelled out.
 *
 * A standby refuses: it may not know yet what was ended. The code is that of its own refusal to write.
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
 * The last thing that a function does which writes: it takes back everything if it is past its deadline, whatever it
 * waited for. Nothing is left then but the commit.
 */
export const IN_TIME: string = `IF ${NOW} > p_deadline THEN
    RAISE EXCEPTION 'countersign: after its deadline, at % ms', ${NOW} USING ERRCODE = '${LATE}';
  END IF;`
