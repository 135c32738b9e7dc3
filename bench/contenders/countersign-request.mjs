// From the request: this includes reading the Authorization header.
import { createAuthenticator } from '@countersign/core'
import { toOptions } from './countersign.mjs'

export const title = 'Countersign, from a request'
export const algorithms = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA']

export function cold(setup) {
  return create({ ...setup, tokenCacheSize: 0 })
}

export function cached(setup) {
  return create(setup)
}

/** The header as the server's parser would return it, made before the measurement. */
export function toInput(token) {
  return token.startsWith('Basic ') ? token : Buffer.from(`Bearer ${token}`).toString('latin1')
}

function create(setup) {
  const { authenticate } = createAuthenticator(toOptions(setup))
  return (value) => {
    const values = [value]
    return authenticate({
      method: 'GET',
      url: () => '/orders',
      header: (name) => (name === 'authorization' ? values : []),
    })
  }
}
