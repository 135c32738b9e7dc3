// The limit: node:crypto with the fastest primitive of this Node, an imported KeyObject, and only decoding.
// It checks only the signature and `exp`. It is not a JWT library.
import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto'

export const title = 'node:crypto, fastest primitive (the limit)'
export const algorithms = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA']

export function cold({ algorithm, key, jwk }) {
  const isGood = PRIMITIVES[algorithm](key, jwk)
  return (token) => {
    const end = token.lastIndexOf('.')
    const signature = Buffer.from(token.slice(end + 1), 'base64url')
    if (!isGood(token.slice(0, end), signature)) throw new Error('signature')
    const payload = token.slice(token.indexOf('.') + 1, end)
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    if (claims.exp <= Date.now() / 1000) throw new Error('expired')
    return claims
  }
}

const PRIMITIVES = {
  HS256: (key) => (input, signature) => {
    const mac = createHmac('sha256', key).update(input).digest()
    return mac.length === signature.length && timingSafeEqual(mac, signature)
  },
  RS256: (key) => (input, signature) => verify('sha256', Buffer.from(input, 'latin1'), key, signature),
  PS256: (key, jwk) => {
    const pss = withPadding(jwk)
    return (input, signature) => verify('sha256', Buffer.from(input, 'latin1'), pss, signature)
  },
  ES256: (key) => (input, signature) => verify('sha256', Buffer.from(input, 'latin1'), key, toDer(signature)),
  EdDSA: (key) => (input, signature) => verify(null, Buffer.from(input, 'latin1'), key, signature),
}

/** A key of type RSASSA-PSS contains its padding, so calls need no options object. */
function withPadding({ n, e }) {
  const rsa = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }).export({
    type: 'pkcs1',
    format: 'der',
  })
  const sha256 = '300d06096086480165030402010500'
  const parameters = Buffer.from(`3034a00f${sha256}a11c301a06092a864886f70d010108${sha256}a203020120`, 'hex')
  const algorithm = sequence(Buffer.from('06092a864886f70d01010a', 'hex'), parameters)
  const bits = Buffer.concat([Buffer.from([0x03]), lengthOf(rsa.length + 1), Buffer.from([0]), rsa])
  const key = createPublicKey({ key: sequence(algorithm, bits), format: 'der', type: 'spki' })
  if (key.asymmetricKeyType !== 'rsa-pss') throw new Error('no RSASSA-PSS key')
  return key
}

function sequence(...parts) {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([0x30]), lengthOf(content.length), content])
}

function lengthOf(length) {
  if (length < 128) return Buffer.from([length])
  return length < 256 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 255])
}

function toDer(signature) {
  const r = integer(signature.subarray(0, 32))
  const s = integer(signature.subarray(32))
  const der = Buffer.allocUnsafe(r.length + s.length + 6)
  der[0] = 0x30
  der[1] = r.length + s.length + 4
  der[2] = 0x02
  der[3] = r.length
  der.set(r, 4)
  der[4 + r.length] = 0x02
  der[5 + r.length] = s.length
  der.set(s, 6 + r.length)
  return der
}

const ZERO = Buffer.from([0])
function integer(bytes) {
  let start = 0
  while (start < 31 && bytes[start] === 0) start++
  const number = bytes.subarray(start)
  return number[0] > 127 ? Buffer.concat([ZERO, number]) : number
}
