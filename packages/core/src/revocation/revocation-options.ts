import type { NamesOf } from '../base/assert-names.ts'
import type { RevocationCheck } from './check-revocation.ts'

/** Options for revocation. */
export interface RevocationOptions {
  /** Returns whether a verified token was revoked. Called last. Default: no check. */
  readonly isRevoked?: RevocationCheck
}

export const REVOCATION_OPTION_NAMES: NamesOf<RevocationOptions> = { isRevoked: true }
