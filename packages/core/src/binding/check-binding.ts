import { Failure } from '../refusal/failure.ts'
import type { VerifiedToken } from '../token/verify-token.ts'

/**
 * Step 6. A token with `cnf` is bound to a key of its holder (RFC 7800 section 3); whoever presents it as a mere
 * bearer may have stolen it. This version proves no possession, so such a token is refused (RFC 9449 section 7.2).
 */
export function checkBinding({ claims }: VerifiedToken): Failure | undefined {
  return claims['cnf'] === undefined ? undefined : new Failure('binding_missing')
}
