import { OptionError } from '@countersign/core/toolkit'
import type { SessionData } from './session-info.ts'
import type { StartInput, SubjectInput } from './session-types.ts'

/**
 * Judges who a user is said to be.
 * @throws `OptionError` naming what is wrong
 */
export function assertSubject(input: SubjectInput): void {
  if (
    typeof input !== 'object' ||
    input === null ||
    typeof input.subject !== 'string' ||
    input.subject === ''
  )
    throw new OptionError('subject', 'is required: say whose session, as { subject }')
  const { subject, tenant } = input
  assertText('subject', subject)
  assertText('tenant', tenant)
}

/** The same for a login, before anything is written. */
export function assertStart(input: StartInput): void {
  assertSubject(input)
  assertSpelling(input)
  for (const name of ['clientId', 'device', 'ip', 'keyThumbprint'] as const) assertText(name, input[name])
  assertNames('scope', input.scope)
  assertNames('roles', input.roles)
  assertNoTenant(input.claims)
}

/** Names that are easily taken for ours. What else a login answers may come from a row of users, and is left alone. */
const MISSPELLED: Readonly<Record<string, string>> = { scopes: 'scope', role: 'roles', auth_time: 'authTime' }

function assertSpelling(input: object): void {
  for (const [wrong, right] of Object.entries(MISSPELLED)) {
    if (Object.hasOwn(input, wrong)) throw new OptionError(wrong, `is called "${right}" here`)
  }
}

/** One text in place of a list would be compared with by its parts, and "admin" is a part of "not-admin". */
function assertNames(name: string, names: unknown): void {
  if (names === undefined) return
  if (!Array.isArray(names) || !names.every((one) => typeof one === 'string' && one !== ''))
    throw new OptionError(name, 'must be a list of names, such as ["orders:read"]')
}

/** Stores take well-formed Unicode without U+0000; and of texts that are not, two could have one tag. */
function assertText(name: string, text: unknown): void {
  if (text === undefined) return
  if (typeof text !== 'string') throw new OptionError(name, 'must be a string')
  if (text.includes('\0') || /\p{Surrogate}/u.test(text))
    throw new OptionError(name, 'must be well-formed Unicode without U+0000')
}

/**
 * The claim `tenant` says under which tag a session is kept. One that came by another way would send "sign out
 * everywhere" to a tag where nothing is.
 * @throws `OptionError` naming the claim
 */
export function assertNoTenant(claims: object | undefined): void {
  if (claims !== undefined && Object.hasOwn(claims, 'tenant'))
    throw new OptionError('claims', 'has "tenant": give it to start() as "tenant" instead')
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
