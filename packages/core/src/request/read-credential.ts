import type { Carrier } from '../base/carrier.ts'
import { Failure } from '../refusal/failure.ts'
import { readAuthorization } from './authorization.ts'
import { readCookies } from './cookies.ts'
import type { TokenSources } from './request-options.ts'
import { SecretString } from './secret-string.ts'
import type { RequestView } from './view.ts'

/** The credential of a request. */
export interface Credential {
  readonly scheme: 'bearer'
  readonly token: SecretString
  readonly carrier: Carrier
  /** Name of the header, cookie or query parameter. */
  readonly name: string
}

/** What reading a credential needs to know. */
export interface CredentialPolicy {
  /** Characters. */
  readonly maxTokenLength: number
  readonly sources: TokenSources
}

/**
 * Step 2. The header has priority over the cookie, and a bad header never falls back to the cookie: an attacker who
 * can set one of them must not choose which one is checked. An empty value is no credential: the next source counts.
 */
export function readCredential(
  view: RequestView,
  { maxTokenLength, sources }: CredentialPolicy,
): Credential | Failure | undefined {
  const authorization = readAuthorization(view.header('authorization'), maxTokenLength)
  if (authorization instanceof Failure) return authorization
  const query = sources.query === undefined ? undefined : readQuery(view.url(), sources.query)
  if (query instanceof Failure) return query
  if (authorization !== undefined) {
    // RFC 6750 section 2: not more than one method in each request.
    if (query !== undefined) return new Failure('credential_ambiguous')
    return credential(authorization.token, 'header', 'authorization')
  }
  if (query !== undefined && sources.query !== undefined) return credential(query, 'query', sources.query)
  return sources.cookie === undefined ? undefined : readCookie(view, sources.cookie)
}

function readCookie(view: RequestView, name: string): Credential | Failure | undefined {
  const value = onlyValue(readCookies(view.header('cookie'), name))
  return typeof value === 'string' ? credential(value, 'cookie', name) : value
}

function readQuery(url: string, name: string): string | Failure | undefined {
  const start = url.indexOf('?')
  if (start === -1) return undefined
  return onlyValue(new URLSearchParams(url.slice(start + 1)).getAll(name))
}

/**
 * The single value of a name. An empty value is no credential, but next to another value it makes the request
 * ambiguous.
 */
function onlyValue(values: readonly string[]): string | Failure | undefined {
  if (values.every((value) => value === '')) return undefined
  return values.length === 1 ? values[0] : new Failure('credential_ambiguous')
}

function credential(token: string, carrier: Carrier, name: string): Credential {
  return { scheme: 'bearer', token: new SecretString(token), carrier, name }
}
