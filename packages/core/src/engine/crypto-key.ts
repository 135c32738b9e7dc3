/** The parameters of an RSA `CryptoKey`. */
interface RsaKey {
  readonly algorithm: { readonly name: string; readonly hash?: { readonly name: string } }
}

/** The `alg` of an RSA `CryptoKey`, which fixes padding and hash; nothing for other keys. */
export function algorithmOf(key: object): { readonly alg?: string } {
  const { name, hash } = (key as RsaKey).algorithm
  if (hash === undefined || !name.startsWith('RS')) return {}
  const bits = hash.name.slice('SHA-'.length)
  if (name === 'RSASSA-PKCS1-v1_5') return { alg: `RS${bits}` }
  return { alg: name === 'RSA-PSS' ? `PS${bits}` : name }
}
