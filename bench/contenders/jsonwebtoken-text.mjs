// As in most applications: the secret or the PEM is a string, which is imported again for each token.
import jwt from 'jsonwebtoken'

export const title = 'jsonwebtoken, text secret or PEM'
export const algorithms = ['HS256', 'RS256', 'PS256', 'ES256']

export function cold({ algorithm, issuer, audience, secretText, pem }) {
  const options = { issuer, audience, algorithms: [algorithm] }
  const key = secretText ?? pem
  return (token) => jwt.verify(token, key, options)
}
