import {
  assertNames,
  optionalString,
  requiredString,
  type Fault,
  type NamesOf,
} from '@countersign/core/toolkit'

/** A user, within a tenant where there are several. */
export interface SubjectInput {
  readonly subject: string
  /** Default: none. */
  readonly tenant?: string | undefined
}

/** The names of {@link SubjectInput}. */
export const SUBJECT_NAMES: NamesOf<SubjectInput> = { subject: true, tenant: true }

/**
 * Checks that an input says which user it is about, and has no other names than it may have.
 * @throws what `fault` makes
 */
export function assertSubject<T extends SubjectInput>(
  input: unknown,
  names: NamesOf<T>,
  fault: Fault,
): asserts input is T {
  assertNames<T>(input, names, 'input', fault)
  requiredString(input, 'subject', 'say whose session, as { subject }', fault)
  assertText(input, 'subject', fault)
  assertText(input, 'tenant', fault)
}

/** Stores take well-formed Unicode without U+0000; and of texts that are not, two could have one tag. */
export function assertText(input: object, name: string, fault: Fault): void {
  const text = optionalString(input, name, fault)
  if (text !== undefined && (text.includes('\0') || /\p{Surrogate}/u.test(text)))
    throw fault(name, 'must be well-formed Unicode without U+0000')
}

/**
 * The claim `tenant` says under which tag a session is kept. One that came by another way would send "sign out
 * everywhere" to a tag where nothing is.
 * @throws what `fault` makes
 */
export function assertNoTenant(claims: unknown, fault: Fault): void {
  if (typeof claims === 'object' && claims !== null && Object.hasOwn(claims, 'tenant'))
    throw fault('claims', 'must not have "tenant": give it to start() as "tenant" instead')
}
