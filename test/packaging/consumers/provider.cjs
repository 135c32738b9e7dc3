// An issuer of tokens, made with node:crypto alone: a consumer's project must not need jose beside ours.
const { generateKeyPairSync, randomUUID, sign } = require('node:crypto')

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

exports.issuer = 'https://issuer.test'
exports.audience = 'https://api.test'
exports.publicKey = publicKey.export({ format: 'pem', type: 'spki' })

/** An access token (RFC 9068) for `alice`, signed with ES256. */
exports.token = (claims = {}) => {
  const now = Math.floor(Date.now() / 1000)
  const payload = {
    iss: exports.issuer,
    aud: exports.audience,
    sub: 'alice',
    client_id: 'consumer',
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
    ...claims,
  }
  const input = `${encode({ alg: 'ES256', typ: 'at+jwt' })}.${encode(payload)}`
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}
