import { readTokenCacheSize } from '../accept/accept-options.ts'
import { readMembers } from '../base/assert-names.ts'
import { memberOf } from '../base/members.ts'
import { optionalBoolean, optionalFunction, optionalString } from '../base/assert-options.ts'
import { OptionError } from '../base/option-error.ts'
import { readCookiePolicy, type CookiePolicy } from '../carrier/cookie-policy.ts'
import { readIssuerEntry, type Issuers } from '../issuer/issuer-entry.ts'
import type { CredentialPolicy } from '../request/read-credential.ts'
import { readQueryName } from '../request/request-options.ts'
import type { RevocationCheck } from '../revocation/check-revocation.ts'
import { readTokenPolicy, type TokenPolicy } from '../token/token-options.ts'
import { OPTION_NAMES, type AnyOptions } from './options.ts'

/** Options, validated and frozen. Steps read their parts, and never write. */
export interface Policy {
  readonly issuers: Issuers
  readonly token: TokenPolicy
  /** Tokens. */
  readonly tokenCacheSize: number
  readonly credential: CredentialPolicy
  readonly cookie: CookiePolicy | undefined
  readonly optional: boolean
  readonly exposeToken: boolean
  readonly realm: string | undefined
  readonly isRevoked: RevocationCheck | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Makes a frozen policy from options. Every mistake throws here, with the option and the remedy. */
export function createPolicy(given: AnyOptions): Policy {
  if (given === undefined) throw new OptionError('options', 'is missing: give at least { issuer, audience }')
  if (typeof given === 'object' && given !== null && typeof memberOf(given, 'verification') === 'function') {
    throw new OptionError(
      'verification',
      'is a method of the given object: call it and give its result, jwtAuth(x.verification())',
    )
  }
  const options = readMembers<AnyOptions>(given, OPTION_NAMES, 'options')
  const now = optionalFunction(options, 'now') ?? (() => Date.now())
  const token = readTokenPolicy(options)
  const entry = readIssuerEntry(options, { maxTokenLength: token.maxTokenLength, now })
  const cookie = readCookiePolicy(options)
  const sources = Object.freeze({ cookie: cookie?.name, query: readQueryName(options) })
  return Object.freeze({
    issuers: new Map([[entry.issuer, entry]]),
    token,
    tokenCacheSize: readTokenCacheSize(options),
    credential: Object.freeze({ maxTokenLength: token.maxTokenLength, sources }),
    cookie,
    optional: optionalBoolean(options, 'optional'),
    exposeToken: optionalBoolean(options, 'exposeToken'),
    realm: readRealm(options),
    isRevoked: optionalFunction(options, 'isRevoked'),
    now,
  })
}

/** Rejected at start, so that no challenge has to be corrected later. */
function readRealm(options: AnyOptions): string | undefined {
  const realm = optionalString(options, 'realm')
  if (realm !== undefined && !/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(realm)) {
    throw new OptionError('realm', 'must be printable ASCII, not empty, without quotes and backslashes')
  }
  return realm
}
