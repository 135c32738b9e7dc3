import { exportJWK, importJWK, importPKCS8, importSPKI, importX509, type JWK } from 'jose'
import { fromBase64url, toBase64url } from '../base/base64url.ts'
import { traitsOf, type Algorithm } from '../algorithms/jws.ts'
import { algorithmOf } from './crypto-key.ts'
import type { Engine, EngineKey, Jwk } from './engine.ts'
import { lookOf, pemText } from './pem.ts'

/** WebCrypto, for runtimes other than Node: asynchronous throughout. jose imports the keys. */
export const engine: Engine = Object.freeze({
  name: 'web',

  decodeBase64url(segment: string) {
    if (!/^[\w-]*$/.test(segment) || segment.length % 4 === 1) return undefined
    const bytes = fromBase64url(segment)
    // Unused bits of the last character may be set: then the round trip gives another text.
    return toBase64url(bytes) === segment ? bytes : undefined
  },

  decodeText(segment: string) {
    const bytes = this.decodeBase64url(segment)
    try {
      return bytes && utf8.decode(bytes)
    } catch {
      return undefined
    }
  },

  copyAscii(text: string) {
    return latin1.decode(encoder.encode(text))
  },

  toJwk(material: unknown) {
    // Errors that are visible now are thrown now; others when the runtime has imported the key.
    if (typeof material === 'string' || material instanceof Uint8Array) return pemToJwk(material)
    if (!isCryptoKey(material)) throw new TypeError('is not a PEM, JWK or CryptoKey')
    if (material.type === 'private') throw new TypeError('is a private key: give its public half')
    if (!material.extractable) throw new TypeError('is a CryptoKey that is not extractable')
    const { alg } = algorithmOf(material)
    return (exportJWK(material) as Promise<Jwk>).then((jwk) => (alg === undefined ? jwk : { ...jwk, alg }))
  },

  toPrivateJwk(material: unknown) {
    const text = typeof material === 'string' || material instanceof Uint8Array ? material : ''
    const pem = pemText(text)
    if (!pem.startsWith('-----BEGIN PRIVATE KEY-----')) {
      throw new TypeError(`is not a PEM private key (PKCS#8) without a passphrase${lookOf(text)}`)
    }
    return importPem(pem, importPKCS8, ['RSA-OAEP-256', 'ECDH-ES'])
  },

  importKey(jwk: Jwk) {
    const key: WebKey = { jwk, imported: new Map() }
    return key as unknown as EngineKey
  },

  async verify(algorithm: Algorithm, engineKey: EngineKey, signingInput: string, signature: Uint8Array) {
    const key = await keyFor(algorithm, engineKey as unknown as WebKey)
    if (key === undefined) return false
    const data = Uint8Array.from(signingInput, (character) => character.charCodeAt(0))
    return crypto.subtle.verify(parametersOf(algorithm), key, new Uint8Array(signature), data)
  },

  // Looked up, not imported: not every runtime has it.
  channel: (name: string) =>
    globalThis.process?.getBuiltinModule?.('node:diagnostics_channel')?.channel(name),

  createContext<T>() {
    const hooks = globalThis.process?.getBuiltinModule?.('node:async_hooks')
    return hooks && new hooks.AsyncLocalStorage<T>()
  },
})

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()
const latin1 = new TextDecoder('latin1')

type SubtleKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** A WebCrypto key is for one algorithm. Each is imported on first use. */
interface WebKey {
  readonly jwk: Jwk
  readonly imported: Map<Algorithm, Promise<SubtleKey | undefined>>
}

function keyFor(algorithm: Algorithm, { jwk, imported }: WebKey): Promise<SubtleKey | undefined> {
  let key = imported.get(algorithm)
  if (key === undefined) {
    key = importFor(algorithm, jwk)
    imported.set(algorithm, key)
  }
  return key
}

/**
 * `undefined` if the JWK is not a valid key, or of a type that the runtime does not support. Then it verifies
 * nothing.
 */
async function importFor(algorithm: Algorithm, jwk: Jwk): Promise<SubtleKey | undefined> {
  const { kty, n, e, crv, x, y, k } = jwk as JWK
  try {
    if (kty === 'oct') {
      const hash = hashOf(algorithm)
      const secret = fromBase64url(String(k))
      return await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash }, false, ['verify'])
    }
    // Only the public members: `use`, `key_ops` and `alg` were checked before.
    const members = Object.entries({ kty, n, e, crv, x, y }).filter(([, value]) => value !== undefined)
    return (await importJWK(Object.fromEntries(members) as unknown as JWK, algorithm)) as SubtleKey
  } catch {
    return undefined
  }
}

function parametersOf(algorithm: Algorithm): Parameters<typeof crypto.subtle.verify>[0] {
  const { kty, padding } = traitsOf(algorithm)
  if (kty === 'oct') return { name: 'HMAC' }
  if (kty === 'OKP') return { name: 'Ed25519' }
  if (kty === 'EC') return { name: 'ECDSA', hash: hashOf(algorithm) }
  if (padding === 'pkcs1') return { name: 'RSASSA-PKCS1-v1_5' }
  // RFC 7518 section 3.5: the salt is as long as the digest.
  return { name: 'RSA-PSS', saltLength: Number(hashOf(algorithm).slice(4)) / 8 }
}

function hashOf(algorithm: Algorithm): string {
  return (traitsOf(algorithm).hash ?? '').replace('sha', 'SHA-')
}

/** One algorithm of each family: the PEM must be read to learn which one its key is for. */
const FAMILIES = ['RS256', 'ES256', 'ES384', 'ES512', 'Ed25519'] as const

function pemToJwk(material: string | Uint8Array): Promise<Jwk> {
  const pem = pemText(material)
  const label = /^-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1]
  if (label?.endsWith('PRIVATE KEY')) throw new TypeError('is a private key: give its public half')
  if (label === 'CERTIFICATE') return importPem(pem, importX509)
  if (label === 'PUBLIC KEY') return importPem(pem, importSPKI)
  throw new TypeError(`is not a PEM public key (SPKI) or X.509 certificate${lookOf(material)}`)
}

async function importPem(
  pem: string,
  read: typeof importSPKI,
  families: readonly string[] = FAMILIES,
): Promise<Jwk> {
  for (const family of families) {
    try {
      return await exportJWK(await read(pem, family, { extractable: true }))
    } catch {
      // of another family
    }
  }
  throw new TypeError('contains no key that this runtime supports')
}

function isCryptoKey(value: unknown): value is SubtleKey {
  return Object.prototype.toString.call(value) === '[object CryptoKey]'
}
