import { Failure } from '../refusal/failure.ts'

/** The segments of a compact JWS (RFC 7515 section 7.1), still encoded. */
export interface CompactToken {
  readonly header: string
  readonly payload: string
  readonly signature: string
  /** The signed text: header and payload with the dot between. */
  readonly signingInput: string
}

/**
 * Splits a token. The length is checked first: no work is done on an overlong text. Two dots make a JWS. An encrypted
 * token (RFC 7516) has four and is rejected here.
 */
export function splitToken(token: string, maxLength: number): CompactToken | Failure {
  if (token.length > maxLength) return new Failure('token_malformed')
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first <= 0 || second <= first + 1 || second === token.length - 1 || token.includes('.', second + 1)) {
    return new Failure('token_malformed')
  }
  return {
    header: token.slice(0, first),
    payload: token.slice(first + 1, second),
    signature: token.slice(second + 1),
    signingInput: token.slice(0, second),
  }
}
