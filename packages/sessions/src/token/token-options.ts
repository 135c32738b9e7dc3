import {
  OptionError,
  optionalFunction,
  optionalNumber,
  optionalString,
  stringList,
  type MaybePromise,
  type NamesOf,
} from '@countersign/core/toolkit'
import { revocationLifetime } from '@countersign/stores'
import { createIssuer, type Issuer, type PrivateClaims } from '@countersign/issuer'
import type { SessionInfo } from '../session/session-info.ts'
import { deriveKeys, type DerivedKeys, type SessionSecret } from './secrets.ts'

/** What the access tokens of a session say beyond what its start said. */
export interface SessionClaims {
  /** Default: those of the start. */
  readonly roles?: readonly string[] | undefined
  /** Those of the start, or fewer: what the session was not started with is left out (RFC 6749 section 6). */
  readonly scope?: readonly string[] | undefined
  /** Default: those of the start. */
  readonly claims?: PrivateClaims | undefined
}

/** Options of the tokens that sessions have. */
export interface TokenOptions {
  /**
   * Who signs access tokens: an issuer, or a URL. With a URL they are signed with a key that is derived from `secrets`
   * (HS256), which is all that one server needs.
   */
  readonly issuer: Issuer | string
  /**
   * At least 32 random bytes each, the current one first. A new one is first put last on all servers, then first; the
   * old one stays for `absoluteTimeout`.
   */
  readonly secrets: readonly SessionSecret[]
  /**
   * `aud` of access tokens. Refresh tokens are bound to it: sessions of which no server is in it any more are not
   * recognized, so a new name is first added, and the old one goes an `absoluteTimeout` later. Default: the issuer's.
   */
  readonly audience?: string | readonly string[] | undefined
  /** Seconds that access tokens live, up to 5 % less, and never longer than their session. Default: the issuer's, which is 600. */
  readonly expiresIn?: number | undefined
  /**
   * `client_id` of access tokens and of sessions that name none. Applications that share store, secrets, issuer and audience
   * need one each, or one takes the refresh tokens of the other. Default: the issuer's, or `web`.
   */
  readonly clientId?: string | undefined
  /** Asked for each access token, so that roles that were taken away are gone with the next one. Default: as at the start. */
  readonly claims?: ((session: SessionInfo) => MaybePromise<SessionClaims>) | undefined
}

/** The names of {@link TokenOptions}. */
export const TOKEN_NAMES: NamesOf<TokenOptions> = {
  issuer: true,
  secrets: true,
  audience: true,
  expiresIn: true,
  clientId: true,
  claims: true,
}

/** How tokens are made and read. */
export interface TokenPolicy {
  readonly issuer: Issuer
  readonly keys: readonly DerivedKeys[]
  readonly audience: string | readonly string[]
  readonly clientId: string
  /** Seconds. */
  readonly expiresIn: number
  /** Milliseconds for which verifiers must know that a session ended. */
  readonly revokeFor: number
  readonly claims: TokenOptions['claims']
}

/**
 * Checks the options of tokens.
 * @param now the clock of the application, if it gave one
 * @throws `OptionError` naming the option and the remedy
 */
export function readTokenPolicy(options: TokenOptions, now: (() => number) | undefined): TokenPolicy {
  const keys = deriveKeys(options.secrets)
  const issuer = typeof options.issuer === 'string' ? ownIssuer(options.issuer, keys, now) : options.issuer
  if (typeof issuer?.accessToken !== 'function') {
    throw new OptionError('issuer', 'is required: what createIssuer() returned, or a URL')
  }
  if (optionalString(options, 'clientId') === '') throw new OptionError('clientId', 'must not be empty')
  return {
    issuer,
    keys,
    audience: readAudience(options, issuer),
    clientId: options.clientId ?? issuer.clientId ?? 'web',
    expiresIn: readExpiresIn(options, issuer),
    revokeFor: revocationLifetime(issuer.maxExpiresIn),
    claims: optionalFunction(options, 'claims'),
  }
}

function readAudience(options: TokenOptions, issuer: Issuer): string | readonly string[] {
  const audience = options.audience ?? issuer.audience
  if (audience === undefined) throw new OptionError('audience', 'is required where the issuer has no default')
  stringList({ audience }, 'audience')
  if (JSON.stringify(audience).length > 2_000) {
    throw new OptionError(
      'audience',
      'is too long to be in every token: name fewer servers, or use shorter names',
    )
  }
  return audience
}

/** The issuer's bounds are checked at start, so that no login fails because of them. */
function readExpiresIn(options: TokenOptions, { expiresIn, maxExpiresIn }: Issuer): number {
  const bounds = { default: expiresIn, min: 1, max: maxExpiresIn, unit: 'seconds' }
  const seconds = optionalNumber(options, 'expiresIn', bounds)
  if (!Number.isInteger(seconds)) throw new OptionError('expiresIn', 'must be a whole number of seconds')
  return seconds
}

/** For one server: its own tokens, signed with what it has anyway. */
function ownIssuer(url: string, keys: readonly DerivedKeys[], now: (() => number) | undefined): Issuer {
  return createIssuer({
    issuer: url,
    audience: url,
    algorithm: 'HS256',
    secret: keys.map(({ access }) => access),
    now,
  })
}
