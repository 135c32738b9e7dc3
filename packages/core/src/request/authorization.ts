import { Failure } from '../refusal/failure.ts'

/** Scheme and credential of an `Authorization` header: `scheme 1*SP credential` (RFC 9110 section 11.4). */
export interface Authorization {
  /** Lower case, since schemes are case-insensitive (RFC 9110 section 11.1). */
  readonly scheme: 'bearer'
  readonly token: string
}

/**
 * Reads the `Authorization` header. Another scheme counts as no credential, and so does an empty field, which GraphQL
 * clients send before sign-in. A malformed `Bearer` is always an error.
 *
 * @param maxTokenLength in characters
 * @returns `undefined` if there is no credential of a supported scheme
 */
export function readAuthorization(
  values: readonly string[],
  maxTokenLength: number,
): Authorization | Failure | undefined {
  if (values.length === 0) return undefined
  // The field has one value (RFC 9110 section 11.6.2): two lines are ambiguous, unless both of them are empty.
  if (values.length > 1) return values.every(isBlank) ? undefined : new Failure('credential_ambiguous')
  const value = values[0]!
  const space = value.indexOf(' ')
  const scheme = space === -1 ? value : value.slice(0, space)
  const isBearer = scheme === 'Bearer' || scheme.toLowerCase() === 'bearer'
  // Check the length first: an overlong value is not even searched.
  if (isBearer && value.length > scheme.length + 1 + maxTokenLength) return new Failure('token_malformed')
  // Proxies and `Headers` join two header lines with a comma. A token never contains one.
  if (value.includes(',')) return isBlank(value) ? undefined : new Failure('credential_malformed')
  if (!isBearer) return isScheme(scheme) || isBlank(value) ? undefined : new Failure('credential_malformed')
  let start = scheme.length
  while (value.charCodeAt(start) === 0x20) start++
  const token = value.slice(start)
  if (token === '' || token.includes(' ') || token.includes('\t')) return new Failure('credential_malformed')
  return { scheme: 'bearer', token }
}

/** Only white space, and the commas with which proxies and `Headers` join empty lines (RFC 9110 section 5.6.1). */
function isBlank(value: string): boolean {
  return /^[ \t,]*$/.test(value)
}

/** A token in the sense of RFC 9110 section 5.6.2. */
function isScheme(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(text)
}
