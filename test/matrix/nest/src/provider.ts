import { generateKeyPairSync, sign } from 'node:crypto'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** What `JwtAuthModule.forRoot()` reads. */
export const env = {
  JWT_ISSUER: 'https://issuer.test',
  JWT_AUDIENCE: 'https://api.test',
  JWT_PUBLIC_KEY: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
}

/** An access token for `alice`, signed with ES256 by node:crypto alone. */
export function token(claims: object = {}): string {
  const now = Math.floor(Date.now() / 1000)
  const payload = {
    iss: env.JWT_ISSUER,
    aud: env.JWT_AUDIENCE,
    sub: 'alice',
    iat: now,
    exp: now + 60,
    ...claims,
  }
  const input = `${encode({ alg: 'ES256' })}.${encode(payload)}`
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

export const bearer = (claims?: object) => ({ authorization: `Bearer ${token(claims)}` })
