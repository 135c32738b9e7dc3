// The cache is on and never hit: this measures the cost of remembering each new token. The cache holds half of the tokens
// in the cycle, so each token is dropped before it comes again.
import { createAuthenticator } from '@countersign/core'
import { toOptions } from './countersign.mjs'

export const title = 'Countersign, cache on but never hit'
export const algorithms = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA']

export function cold({ tokens, ...setup }) {
  const { authenticateToken } = createAuthenticator(toOptions({ ...setup, tokenCacheSize: tokens / 2 }))
  return (token) => authenticateToken(token)
}
