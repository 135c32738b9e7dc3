import {
  argumentFault,
  assertNames,
  assertNamesWithin,
  faultWithin,
  optionalNumber,
  requiredString,
  type NamesOf,
} from '@countersign/core/toolkit'
import { audienceOf, optionalText, stringList } from '../base/strings.ts'
import { assertPrivateClaims, SET_BY_ISSUER, type PrivateClaims } from './claims.ts'
import { lifetimeOf, type Issue, type IssuedToken } from './issue.ts'
import type { TokenPolicy } from './token-options.ts'

/** Content of an access token (RFC 9068 section 2.2). */
export interface AccessTokenInput {
  /** `sub`: the user or service of the token. */
  readonly subject: string
  /** `aud`: the servers that accept the token. Default: the issuer's `audience`. */
  readonly audience?: string | readonly string[] | undefined
  /** `client_id`: the client that requested the token. Default: the issuer's `clientId`. */
  readonly clientId?: string | undefined
  /** `scope`: a list of names, or one string with names separated by spaces. Default none. */
  readonly scope?: string | readonly string[] | undefined
  /** `roles`. Default none. */
  readonly roles?: readonly string[] | undefined
  /** Claims that the application defines. Names with a standard meaning are rejected. */
  readonly claims?: PrivateClaims | undefined
  /** Lifetime in seconds, at most the issuer's `maxExpiresIn`. Up to 5 % is subtracted, so that not all tokens expire at once. Default: the issuer's. */
  readonly expiresIn?: number | undefined
  /** `auth_time`: when the user signed in, in milliseconds since the epoch. Default: left out. */
  readonly authTime?: number | undefined
  /** `acr`: how strong the authentication was (OpenID Connect Core 1.0 section 2). Default: left out. */
  readonly acr?: string | undefined
  /** `amr`: the methods of authentication (RFC 8176). Default: left out. */
  readonly amr?: readonly string[] | undefined
  /** `act`: the person or service that acts for the subject (RFC 8693 section 4.1). Default: none. */
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

/** Remedies for claims that have a parameter of their own. */
const REMEDIES = {
  ...SET_BY_ISSUER,
  sub: 'pass it as "subject"',
  aud: 'pass it as "audience"',
  exp: 'use "expiresIn"',
  client_id: 'pass it as "clientId"',
  scope: 'pass it next to "claims"',
  roles: 'pass it next to "claims"',
  sid: 'pass it as "sessionId"',
  epoch: 'pass it next to "claims"',
  cnf: 'use "keyThumbprint"',
  act: 'use "actor"',
  auth_time: 'pass it as "authTime"',
  acr: 'pass it next to "claims"',
  amr: 'pass it next to "claims"',
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
 * The claims of an access token, except those of every token (`iss`, `iat`, `exp`, `jti`).
 * @throws `TypeError` naming the wrong or missing argument
 */
function accessTokenClaims(
  input: AccessTokenInput,
  defaults: Pick<TokenPolicy, 'audience' | 'clientId'>,
): Record<string, unknown> {
  assertNames<AccessTokenInput>(input, INPUT_NAMES, 'input', fault)
  const { claims, roles, amr } = input
  assertPrivateClaims(claims, fault, REMEDIES)
  return {
    sub: requiredString(input, 'subject', 'the user or service of the token', fault),
    aud: audienceOf(input.audience ?? defaults.audience, fault),
    client_id: clientIdOf(input, defaults.clientId),
    scope: scopeOf(input.scope),
    roles: roles === undefined ? undefined : stringList(roles, 'roles', fault),
    sid: optionalText(input, 'sessionId', fault),
    epoch: epochOf(input.epoch),
    auth_time: authTimeOf(input),
    acr: optionalText(input, 'acr', fault),
    amr: amr === undefined ? undefined : stringList(amr, 'amr', fault),
    act: actOf(input.actor),
    cnf: input.keyThumbprint === undefined ? undefined : { jkt: thumbprintOf(input.keyThumbprint) },
    ...claims,
  }
}

function clientIdOf(input: AccessTokenInput, clientId: string | undefined): string {
  const remedy = 'RFC 9068 section 2.2 demands it: set it here, or once in createIssuer()'
  return input.clientId === undefined && clientId !== undefined
    ? clientId
    : requiredString(input, 'clientId', remedy, fault)
}

function actOf(actor: AccessTokenInput['actor']): { readonly sub: string } | undefined {
  if (actor === undefined) return undefined
  assertNamesWithin<NonNullable<AccessTokenInput['actor']>>(actor, { subject: true }, 'actor', fault)
  return {
    sub: requiredString(actor, 'subject', 'the person or service that acts for the subject', actorFault),
  }
}

/** RFC 6749 section 3.3: names of printable ASCII without `"` and `\`, separated by single spaces. */
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
        'must be names without spaces or quotes (RFC 6749 section 3.3), in a list or one string',
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
  throw fault('epoch', 'must be a whole number, 0 or more: the epoch of the session')
}

/** RFC 7638: SHA-256, in base64url. */
function thumbprintOf(thumbprint: unknown): string {
  if (typeof thumbprint === 'string' && /^[\w-]{43}$/.test(thumbprint)) return thumbprint
  throw fault('keyThumbprint', 'must be a SHA-256 thumbprint in base64url (RFC 7638): 43 characters')
}
