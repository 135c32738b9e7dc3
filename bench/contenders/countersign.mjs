import { createAuthenticator } from '@countersign/core'

export const title = 'Countersign'
export const algorithms = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA']

export function cold(setup) {
  return create({ ...setup, tokenCacheSize: 0 })
}

export function cached(setup) {
  return create(setup)
}

function create(setup) {
  const { authenticateToken } = createAuthenticator(toOptions(setup))
  return (token) => authenticateToken(token)
}

export function toOptions({ algorithm, issuer, audience, secret, jwks, tokenCacheSize = 10_000 }) {
  const keys = secret === undefined ? { jwks } : { secret }
  return { issuer, audience, ...keys, algorithms: [algorithm], tokenCacheSize }
}
