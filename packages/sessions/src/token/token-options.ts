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

/** Claims of an access token that replace those from the session's start. */
export interface SessionClaims {
  /** Default: as at the start. */
  readonly roles?: readonly string[] | undefined
  /** The scope of the start, or less: scopes that the session was not started with are omitted (RFC 6749 section 6). */
  readonly scope?: readonly string[] | undefined
  /** Default: as at the start. */
  readonly claims?: PrivateClaims | undefined
}

/** Options of session tokens. */
export interface TokenOptions {
  /**
   * Who signs access tokens: an issuer, or a URL. With a URL, they are signed with a key derived from `secrets`
   * (HS256), which is enough for a single server.
   */
  readonly issuer: Issuer | string
  /**
   * At least 32 random bytes each, the current one first. To replace a secret, add the new one last on all servers,
   * then move it to the front. Keep the old one for `absoluteTimeout`.
   */
  readonly secrets: readonly SessionSecret[]
  /**
   * `aud` of access tokens. Refresh tokens are bound to it: a session is no longer recognized if none of its servers is
   * in the audience. To rename a server, add the new name first, and remove the old one after `absoluteTimeout`.
   * Default: the issuer's.
   */
  readonly audience?: string | readonly string[] | undefined
  /**
   * Lifetime of access tokens in seconds: up to 5 % less, and never longer than their session. Default: the issuer's,
   * which is 600.
   */
  readonly expiresIn?: number | undefined
  /**
   * `client_id` of access tokens and of sessions that name none. Applications that share store, secrets, issuer and
   * audience need different ones; otherwise one accepts the refresh tokens of the other. Default: the issuer's, or
   * `web`.
   */
  readonly clientId?: string | undefined
  /** Called for each access token, so that removed roles are gone in the next one. Default: as at the start. */
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

/** Settings for creating and reading tokens. */
export interface TokenPolicy {
  readonly issuer: Issuer
  readonly keys: readonly DerivedKeys[]
  readonly audience: string | readonly string[]
  readonly clientId: string
  /** Seconds. */
  readonly expiresIn: number
  /** How long verifiers must know that a session ended, in milliseconds. */
  readonly revokeFor: number
  readonly claims: TokenOptions['claims']
}

/**
 * Validates the options of tokens.
 * @param now the application's clock, if given
 * @throws `OptionError` naming the option and the remedy
 */
export function readTokenPolicy(options: TokenOptions, now: (() => number) | undefined): TokenPolicy {
  const keys = deriveKeys(options.secrets)
  const issuer = typeof options.issuer === 'string' ? ownIssuer(options.issuer, keys, now) : options.issuer
  if (typeof issuer?.accessToken !== 'function') {
    throw new OptionError('issuer', 'is required: pass the result of createIssuer(), or a URL')
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
  if (audience === undefined)
    throw new OptionError('audience', 'is required because the issuer has no default')
  stringList({ audience }, 'audience')
  if (JSON.stringify(audience).length > 2_000) {
    throw new OptionError(
      'audience',
      'is too long for every token to contain it: name fewer servers, or use shorter names',
    )
  }
  return audience
}

/** The issuer's limits are checked at start, so that no login fails because of them. */
function readExpiresIn(options: TokenOptions, { expiresIn, maxExpiresIn }: Issuer): number {
  const bounds = { default: expiresIn, min: 1, max: maxExpiresIn, unit: 'seconds' }
  const seconds = optionalNumber(options, 'expiresIn', bounds)
  if (!Number.isInteger(seconds)) throw new OptionError('expiresIn', 'must be a whole number of seconds')
  return seconds
}

/** For a single server: it signs its own tokens, with a key from the secrets. */
function ownIssuer(url: string, keys: readonly DerivedKeys[], now: (() => number) | undefined): Issuer {
  return createIssuer({
    issuer: url,
    audience: url,
    algorithm: 'HS256',
    secret: keys.map(({ access }) => access),
    now,
  })
}
