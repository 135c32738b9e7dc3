import { OptionError, optionalNumber } from '@countersign/core/toolkit'
import { assertPrivateClaims, type PrivateClaims } from './claims.ts'
import { assertInput, audienceOf, optionalText, requiredText, texts } from './input.ts'

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

const INPUT_NAMES = {
  subject: true,
  audience: true,
  clientId: true,
  scope: true,
  roles: true,
  claims: true,
  expiresIn: true,
  authTime: true,
  acr: true,
  amr: true,
  actor: true,
  sessionId: true,
  epoch: true,
  keyThumbprint: true,
} as const satisfies Record<keyof AccessTokenInput, true>

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
  assertInput(input, INPUT_NAMES, 'subject')
  const { claims, roles, amr, actor } = input
  assertPrivateClaims(claims)
  return {
    sub: requiredText(input.subject, 'subject', 'say whom the token is about'),
    aud: audienceOf(input.audience ?? defaults.audience),
    client_id: requiredText(
      input.clientId ?? defaults.clientId,
      'clientId',
      'RFC 9068 section 2.2 demands it: give it here, or once to createIssuer()',
    ),
    scope: scopeOf(input.scope),
    roles: roles === undefined ? undefined : texts(roles, 'roles'),
    sid: optionalText(input.sessionId, 'sessionId'),
    epoch: epochOf(input.epoch),
    auth_time: authTimeOf(input),
    acr: optionalText(input.acr, 'acr'),
    amr: amr === undefined ? undefined : texts(amr, 'amr'),
    act: actor === undefined ? undefined : { sub: requiredText(actor.subject, 'actor', 'give { subject }') },
    cnf: input.keyThumbprint === undefined ? undefined : { jkt: thumbprintOf(input.keyThumbprint) },
    ...claims,
  }
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

function epochOf(epoch: unknown): number | undefined {
  if (epoch === undefined) return undefined
  if (typeof epoch === 'number' && Number.isSafeInteger(epoch) && epoch >= 0) return epoch
  throw new OptionError('epoch', 'must be a whole number, 0 or more, as the session has it')
}

/** RFC 7638: SHA-256, in base64url. */
function thumbprintOf(thumbprint: unknown): string {
  if (typeof thumbprint === 'string' && /^[\w-]{43}$/.test(thumbprint)) return thumbprint
  throw new OptionError(
    'keyThumbprint',
    'must be a SHA-256 thumbprint in base64url (RFC 7638): 43 characters',
  )
}
