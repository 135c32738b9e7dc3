import {
  argumentFault,
  assertNames,
  assertNamesWithin,
  faultWithin,
  optionalNumber,
  requiredString,
  type NamesOf,
} from '@countersign/core/toolkit'
import { audienceOf, optionalText, texts } from '../base/texts.ts'
import { assertPrivateClaims, SET_BY_ISSUER, type PrivateClaims } from './claims.ts'
import { lifetimeOf, type Issue, type IssuedToken } from './issue.ts'
import type { TokenPolicy } from './token-options.ts'

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
} as const satisfies NamesOf<AccessTokenInput>

/** Claims that are given in another way. */
const REMEDIES = {
  ...SET_BY_ISSUER,
  sub: 'give it as "subject"',
  aud: 'give it as "audience"',
  exp: 'give "expiresIn"',
  client_id: 'give it as "clientId"',
  scope: 'give it beside "claims"',
  roles: 'give it beside "claims"',
  sid: 'give it as "sessionId"',
  epoch: 'give it beside "claims"',
  cnf: 'give "keyThumbprint"',
  act: 'give "actor"',
  auth_time: 'give it as "authTime"',
  acr: 'give it beside "claims"',
  amr: 'give it beside "claims"',
}

const fault = argumentFault('accessToken')
const actorFault = faultWithin('actor', fault)

/** `issuer.accessToken()`. @param random a number from 0 up to 1, for the jitter of expiry */
export async function issueAccessToken(
  issue: Issue,
  policy: TokenPolicy,
  random: () => number,
  input: AccessTokenInput,
): Promise<IssuedToken> {
  const claims = accessTokenClaims(input, policy)
  const seconds = lifetimeOf(input, policy, fault)
  return issue(claims, 'at+jwt', seconds - Math.floor(seconds * 0.05 * random()), policy.encrypt)
}

/**
 * The claims of an access token, but for those that every token has (`iss`, `iat`, `exp`, `jti`).
 * @throws `TypeError` naming what is wrong or missing
 */
function accessTokenClaims(
  input: AccessTokenInput,
  defaults: Pick<TokenPolicy, 'audience' | 'clientId'>,
): Record<string, unknown> {
  assertNames<AccessTokenInput>(input, INPUT_NAMES, 'input', fault)
  const { claims, roles, amr } = input
  assertPrivateClaims(claims, fault, REMEDIES)
  return {
    sub: requiredString(input, 'subject', 'say whom the token is about', fault),
    aud: audienceOf(input.audience ?? defaults.audience, fault),
    client_id: clientIdOf(input, defaults.clientId),
    scope: scopeOf(input.scope),
    roles: roles === undefined ? undefined : texts(roles, 'roles', fault),
    sid: optionalText(input, 'sessionId', fault),
    epoch: epochOf(input.epoch),
    auth_time: authTimeOf(input),
    acr: optionalText(input, 'acr', fault),
    amr: amr === undefined ? undefined : texts(amr, 'amr', fault),
    act: actOf(input.actor),
    cnf: input.keyThumbprint === undefined ? undefined : { jkt: thumbprintOf(input.keyThumbprint) },
    ...claims,
  }
}

function clientIdOf(input: AccessTokenInput, clientId: string | undefined): string {
  const remedy = 'RFC 9068 section 2.2 demands it: give it here, or once to createIssuer()'
  return input.clientId === undefined && clientId !== undefined
    ? clientId
    : requiredString(input, 'clientId', remedy, fault)
}

function actOf(actor: AccessTokenInput['actor']): { readonly sub: string } | undefined {
  if (actor === undefined) return undefined
  assertNamesWithin<NonNullable<AccessTokenInput['actor']>>(actor, { subject: true }, 'actor', fault)
  return { sub: requiredString(actor, 'subject', 'say who acts', actorFault) }
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
      throw fault(
        'scope',
        'must be names without spaces or quotes (RFC 6749 section 3.3), in a list or one text',
      )
    }
  }
  return names.join(' ')
}

const AUTH_TIME = { default: 0, unit: 'milliseconds' }

function authTimeOf(input: AccessTokenInput): number | undefined {
  if (input.authTime === undefined) return undefined
  return Math.floor(optionalNumber(input, 'authTime', AUTH_TIME, fault) / 1_000)
}

function epochOf(epoch: unknown): number | undefined {
  if (epoch === undefined) return undefined
  if (typeof epoch === 'number' && Number.isSafeInteger(epoch) && epoch >= 0) return epoch
  throw fault('epoch', 'must be a whole number, 0 or more, as the session has it')
}

/** RFC 7638: SHA-256, in base64url. */
function thumbprintOf(thumbprint: unknown): string {
  if (typeof thumbprint === 'string' && /^[\w-]{43}$/.test(thumbprint)) return thumbprint
  throw fault('keyThumbprint', 'must be a SHA-256 thumbprint in base64url (RFC 7638): 43 characters')
}
