import { importSPKI, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'

export const title = 'jose, imported CryptoKey'
export const cachedTitle = 'jose and lru-cache, written by hand'
export const algorithms = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA']

export async function cold({ algorithm, issuer, audience, secret, pem }) {
  const key =
    secret === undefined
      ? await importSPKI(pem, algorithm)
      : await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
  const options = { issuer, audience, algorithms: [algorithm] }
  return async (token) => (await jwtVerify(token, key, options)).payload
}

export async function cached(setup) {
  const verify = await cold(setup)
  const known = new LRUCache({ max: 10_000 })
  return async (token) => {
    const before = known.get(token)
    if (before !== undefined) {
      if (before.exp <= Date.now() / 1000) throw new Error('expired')
      return before
    }
    const claims = await verify(token)
    known.set(token, claims)
    return claims
  }
}
