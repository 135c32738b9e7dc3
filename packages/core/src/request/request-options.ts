import type { NamesOf } from '../base/assert-names.ts'
import { optionalString } from '../base/assert-options.ts'
import { OptionError } from '../base/option-error.ts'

/** Options for other parts of a request that may contain the token. */
export interface RequestOptions {
  /**
   * Name of a query parameter that may contain the token. It ends up in logs and histories (RFC 6750 section 2.3).
   * Default: none.
   */
  readonly dangerouslyReadQuery?: string
}

export const REQUEST_OPTION_NAMES: NamesOf<RequestOptions> = { dangerouslyReadQuery: true }

/** Where tokens are read, besides the `Authorization` header. */
export interface TokenSources {
  /** Name of the cookie that may contain a token. */
  readonly cookie: string | undefined
  /** Name of the query parameter that may contain a token. */
  readonly query: string | undefined
}

export function readQueryName(options: RequestOptions): string | undefined {
  const name = optionalString(options, 'dangerouslyReadQuery')
  if (name === '') throw new OptionError('dangerouslyReadQuery', 'must be the name of a parameter')
  return name
}
