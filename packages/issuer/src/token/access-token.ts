import { OptionError, optionalNumber, optionalString } from '@countersign/core/toolkit'
import { assertPrivateClaims, type PrivateClaims } from './claims.ts'

/** What an access token says (RFC 9068 section 2.2). */
export interface AccessTokenInput {
  /** `sub`: whom the token is about. */
  readonly subject: string
  /** `aud`: the servers that it is for. Default: the issuer's `audience`. */
  readonly audience?: string | readonly string[] | undefined
  /** `client_id`: who asked for it. Default: the issuer's `clientId`. */
  readonly clientId?: string | undefined
  /** `scope`: names, or one text with spaces between them. Default none. */
  readonly scope?: string | readonly string[] | undefined
  /** `roles`. Default none. */
  readonly roles?: readonly string[] | undefined
  /** Claims of the application's own. Registered names are refused. */
  readonly claims?: PrivateClaims | undefined
  /** Seconds, at most the issuer's `maxExpiresIn`. Up to 5 % shorter, so that many do not expire at once. Default: the issuer's. */
  readonly expiresIn?: number | undefined
  /** `auth_time`: when the user signed in, in milliseconds since the epoch. Default: left out. */
  readonly authTime?: number | undefined
  /** `acr`: how strongly (OpenID Connect Core 1.0 section 2). Default: left out. */
  readonly acr?: string | undefined
  /** `amr`: by what means (RFC 8176). Default: left out. */
  readonly amr?: readonly string[] | undefined
  /** `act`: who acts for the subject (RFC 8693 section 4.1). Default: nobody. */
  readonly actor?: { readonly subject: string } | undefined
  /** `sid`: the session. Default: none. */
  readonly sessionId?: string | undefined
  /** `epoch` of the subject in its session. Default: none. */
  readonly epoch?: number | undefined
  /** `cnf.jkt`: thumbprint of the key that the token is bound to (RFC 9449 section 6.1). Default: a bearer token. */
  readonly keyThumbprint?: string | undefined
}

/** Defaults of the issuer. */
export interface AccessTokenDefaults {
  readonly audience?: string | readonly string[] | undefined
  readonly clientId?: string | undefined
}

/**
 * The claims of an access token, but for those that every token has (`iss`, `iat`, `exp`, `jti`).
 * @throws `OptionError` naming what is wrong or missing
 */
export function accessTokenClaims(
  input: AccessTokenInput,
  defaults: AccessTokenDefaults,
): Record<string, unknown> {
  const { claims, roles, amr, actor } = input
  assertPrivateClaims(claims)
  return {
    sub: required(input.subject, 'subject', 'say whom the token is about'),
    aud: audienceOf(input.audience ?? defaults.audience),
    client_id: required(
      input.clientId ?? defaults.clientId,
      'clientId',
      'RFC 9068 section 2.2 demands it: give it here, or once to createIssuer()',
    ),
    scope: scopeOf(input.scope),
    roles: roles === undefined ? undefined : strings(roles, 'roles'),
    sid: optionalString(input, 'sessionId'),
    epoch: input.epoch,
    auth_time: authTimeOf(input),
    acr: optionalString(input, 'acr'),
    amr: amr === undefined ? undefined : strings(amr, 'amr'),
    act: actor === undefined ? undefined : { sub: required(actor.subject, 'actor', 'needs a "subject"') },
    cnf:
      input.keyThumbprint === undefined
        ? undefined
        : { jkt: required(input.keyThumbprint, 'keyThumbprint', '') },
    ...claims,
  }
}

/** RFC 7519 section 4.1.3: one text for one audience. */
export function audienceOf(audience: unknown, option = 'audience'): string | readonly string[] {
  const list = typeof audience === 'string' ? [audience] : audience
  if (
    !Array.isArray(list) ||
    list.length === 0 ||
    !list.every((one) => typeof one === 'string' && one !== '')
  ) {
    throw new OptionError(
      option,
      'is required: name the servers that the token is for, here or once in createIssuer()',
    )
  }
  const names = list as readonly string[]
  return names.length === 1 ? names[0]! : [...names]
}

/** RFC 6749 section 3.3: names of printable ASCII but `"` and `\`, with single spaces between them. */
function scopeOf(scope: unknown): string | undefined {
  if (scope === undefined) return undefined
  const names: readonly unknown[] = Array.isArray(scope)
    ? scope
    : typeof scope === 'string'
      ? scope.split(' ')
      : [scope]
  if (names.length === 0 || scope === '') return undefined
  for (const name of names) {
    if (typeof name !== 'string' || !/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name)) {
      throw new OptionError(
        'scope',
        'must be names without spaces or quotes (RFC 6749 section 3.3), in a list or one text',
      )
    }
  }
  return names.join(' ')
}

function authTimeOf(input: AccessTokenInput): number | undefined {
  if (input.authTime === undefined) return undefined
  return Math.floor(optionalNumber(input, 'authTime', { default: 0, unit: 'milliseconds' }) / 1_000)
}

function strings(value: unknown, option: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string' && one !== '')) {
    throw new OptionError(option, 'must be a list of texts, none of them empty')
  }
  return value as readonly string[]
}

function required(value: unknown, option: string, remedy: string): string {
  if (typeof value !== 'string' || value === '') throw new OptionError(option, `is required: ${remedy}`)
  return value
}
