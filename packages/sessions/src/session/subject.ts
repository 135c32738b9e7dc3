import {
  assertNames,
  optionalString,
  requiredString,
  type Fault,
  type NamesOf,
} from '@countersign/core/toolkit'

/** A user, within a tenant if there are several. */
export interface SubjectInput {
  readonly subject: string
  /** Default: none. */
  readonly tenant?: string | undefined
}

/** The names of {@link SubjectInput}. */
export const SUBJECT_NAMES: NamesOf<SubjectInput> = { subject: true, tenant: true }

/**
 * Checks that an input names its user, and has no unknown names.
 * @throws what `fault` creates
 */
export function assertSubject<T extends SubjectInput>(
  input: unknown,
  names: NamesOf<T>,
  fault: Fault,
): asserts input is T {
  assertNames<T>(input, names, 'input', fault)
  requiredString(input, 'subject', 'pass the user as { subject }', fault)
  assertText(input, 'subject', fault)
  assertText(input, 'tenant', fault)
}

/** Stores accept only well-formed Unicode without U+0000; two texts that are not well-formed could get the same tag. */
export function assertText(input: object, name: string, fault: Fault): void {
  const text = optionalString(input, name, fault)
  if (text !== undefined && (text.includes('\0') || /\p{Surrogate}/u.test(text)))
    throw fault(name, 'must be well-formed Unicode without U+0000')
}

/**
 * The claim `tenant` determines the tag under which a session is stored. If it were set in another way, "sign out
 * everywhere" would use a tag without sessions.
 * @throws what `fault` creates
 */
export function assertNoTenant(claims: unknown, fault: Fault): void {
  if (typeof claims === 'object' && claims !== null && Object.hasOwn(claims, 'tenant'))
    throw fault('claims', 'must not have "tenant": pass "tenant" to start() instead')
}
