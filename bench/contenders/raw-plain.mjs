// node:crypto as in its documentation: an options object for padding and for the form of ECDSA signatures.
import { constants, verify } from 'node:crypto'

export const title = 'node:crypto, as documented'
export const algorithms = ['PS256', 'ES256']

export function cold({ algorithm, key }) {
  const options =
    algorithm === 'ES256'
      ? { key, dsaEncoding: 'ieee-p1363' }
      : {
          key,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
        }
  return (token) => {
    const end = token.lastIndexOf('.')
    const signature = Buffer.from(token.slice(end + 1), 'base64url')
    if (!verify('sha256', Buffer.from(token.slice(0, end), 'latin1'), options, signature))
      throw new Error('signature')
    const payload = token.slice(token.indexOf('.') + 1, end)
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    if (claims.exp <= Date.now() / 1000) throw new Error('expired')
    return claims
  }
}
