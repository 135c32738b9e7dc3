import type { NamesOf } from '../base/assert-names.ts'
import type { RevocationCheck } from './check-revocation.ts'

/** Options that say which tokens were revoked. */
export interface RevocationOptions {
  /** Tells whether a verified token was revoked. Asked last. Default: nobody is asked. */
  readonly isRevoked?: RevocationCheck
}

export const REVOCATION_OPTION_NAMES: NamesOf<RevocationOptions> = { isRevoked: true }
