import { createVerifier } from 'fast-jwt'

export const title = 'fast-jwt, no cache'
export const cachedTitle = 'fast-jwt, cache on'
export const algorithms = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA']

export function cold(setup) {
  return create(setup, { cache: false })
}

export function cached(setup) {
  return create(setup, { cache: 10_000 })
}

function create({ algorithm, issuer, audience, secret, pem }, cache) {
  return createVerifier({
    key: secret ?? pem,
    algorithms: [algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    ...cache,
  })
}
