import jwt from 'jsonwebtoken'

export const title = 'jsonwebtoken, KeyObject'
export const algorithms = ['HS256', 'RS256', 'PS256', 'ES256']

export function cold({ algorithm, issuer, audience, key }) {
  const options = { issuer, audience, algorithms: [algorithm] }
  return (token) => jwt.verify(token, key, options)
}
