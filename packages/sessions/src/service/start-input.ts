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

/** What an access token of a session says about its user's rights. */
export interface GrantInput {
  /** Default none. */
  readonly scope?: readonly string[] | undefined
  /** Default none. */
  readonly roles?: readonly string[] | undefined
  /** Claims of the application's own. Default none. */
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
  /** How strongly (`acr`). Default: left out. */
  readonly acr?: string | undefined
  /** By what means (`amr`, RFC 8176). Default: left out. */
  readonly amr?: readonly string[] | undefined
  /** What the user is shown in the list of sessions. Default: nothing. */
  readonly device?: string | undefined
  readonly ip?: string | undefined
  /** Thumbprint of the key that the tokens are bound to (RFC 7638). Default: bearer tokens. */
  readonly keyThumbprint?: string | undefined
  /** The session that the browser had before: its refresh token, or the id of one of the same user. It ends. Default none. */
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
 * Checks the input of `start()`, before anything is written.
 * @throws `TypeError` naming what is wrong
 */
export function assertStart(input: unknown): asserts input is StartInput {
  assertSubject<StartInput>(input, START_NAMES, startFault)
  for (const name of ['clientId', 'acr', 'device', 'ip', 'keyThumbprint', 'replaces'])
    assertText(input, name, startFault)
  optionalNumber(input, 'authTime', { default: 0, unit: 'milliseconds' }, startFault)
  assertList(input, 'amr', startFault)
  assertGrant(input, startFault)
}

/** Checks what a session is to be allowed. @throws what `fault` makes */
export function assertGrant(input: GrantInput, fault: Fault): void {
  assertList(input, 'scope', fault)
  assertList(input, 'roles', fault)
  assertNoTenant(input.claims, fault)
}

/** One text in place of a list would be compared with by its parts, and "admin" is a part of "not-admin". */
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

/** What the row keeps of a login. */
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
