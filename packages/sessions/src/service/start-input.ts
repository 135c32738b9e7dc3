import { argumentFault, kindOf, optionalNumber, type Fault, type NamesOf } from '@countersign/core/toolkit'
import type { PrivateClaims } from '@countersign/issuer'
import type { SessionData } from '../session/session-info.ts'
import {
  assertNoTenant,
  assertSubject,
  assertText,
  SUBJECT_NAMES,
  type SubjectInput,
} from '../session/subject.ts'

/** The rights of the user in an access token of a session. */
export interface GrantInput {
  /** Default none. */
  readonly scope?: readonly string[] | undefined
  /** Default none. */
  readonly roles?: readonly string[] | undefined
  /** The application's own claims. Default none. */
  readonly claims?: PrivateClaims | undefined
}

/** The names of {@link GrantInput}. */
export const GRANT_NAMES: NamesOf<GrantInput> = { scope: true, roles: true, claims: true }

/** Who signed in, and how. */
export interface StartInput extends SubjectInput, GrantInput {
  /** The client that the tokens are for. Default: the option `clientId`. */
  readonly clientId?: string | undefined
  /** When the user signed in, in milliseconds since the epoch. Default: now. */
  readonly authTime?: number | undefined
  /** The strength of the login (`acr`). Default: omitted. */
  readonly acr?: string | undefined
  /** The methods of the login (`amr`, RFC 8176). Default: omitted. */
  readonly amr?: readonly string[] | undefined
  /** The label that the user sees in the list of sessions. Default: none. */
  readonly device?: string | undefined
  readonly ip?: string | undefined
  /** Thumbprint of the key that the tokens are bound to (RFC 7638). Default: bearer tokens. */
  readonly keyThumbprint?: string | undefined
  /**
   * The previous session of the browser, which ends: its refresh token, or the id of a session of the same user.
   * Default none.
   */
  readonly replaces?: string | undefined
}

const START_NAMES = {
  ...SUBJECT_NAMES,
  ...GRANT_NAMES,
  clientId: true,
  authTime: true,
  acr: true,
  amr: true,
  device: true,
  ip: true,
  keyThumbprint: true,
  replaces: true,
} as const satisfies NamesOf<StartInput>

const startFault = argumentFault('start')

/**
 * Validates the input of `start()`, before anything is written.
 * @throws `TypeError` naming the member
 */
export function assertStart(input: unknown): asserts input is StartInput {
  assertSubject<StartInput>(input, START_NAMES, startFault)
  for (const name of ['clientId', 'acr', 'device', 'ip', 'keyThumbprint', 'replaces'])
    assertText(input, name, startFault)
  optionalNumber(input, 'authTime', { default: 0, unit: 'milliseconds' }, startFault)
  assertList(input, 'amr', startFault)
  assertGrant(input, startFault)
}

/** Validates the rights of a session. @throws what `fault` creates */
export function assertGrant(input: GrantInput, fault: Fault): void {
  assertList(input, 'scope', fault)
  assertList(input, 'roles', fault)
  assertNoTenant(input.claims, fault)
}

/** A string in place of a list would match by substring, and "admin" is a substring of "not-admin". */
function assertList<Name extends string>(
  input: Readonly<Partial<Record<Name, unknown>>>,
  name: Name,
  fault: Fault,
): void {
  const names: unknown = input[name]
  if (names === undefined) return
  if (!Array.isArray(names)) throw fault(name, `must be a list of strings, got ${kindOf(names)}`)
  if (!names.every((one) => typeof one === 'string' && one !== ''))
    throw fault(name, 'must be a list of strings, none of them empty')
}

/** The login data that the row keeps. */
export function dataOf(
  { scope = [], roles = [], claims = {}, authTime, acr, amr }: StartInput,
  now: number,
): SessionData {
  return {
    scope,
    roles,
    claims,
    authTime: authTime ?? now,
    ...(acr === undefined ? undefined : { acr }),
    ...(amr === undefined ? undefined : { amr }),
  }
}
