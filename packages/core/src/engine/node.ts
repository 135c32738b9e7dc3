import { AsyncLocalStorage } from 'node:async_hooks'
import { isUtf8 } from 'node:buffer'
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  KeyObject,
  timingSafeEqual,
  verify as verifySignature,
  type JsonWebKey,
} from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import { isCryptoKey, isKeyObject } from 'node:util/types'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { traitsOf, type Algorithm } from '../algorithms/jws.ts'
import type { Engine, EngineKey, Jwk } from './engine.ts'
import { algorithmOf } from './crypto-key.ts'
import { p1363ToDer } from './p1363.ts'
import { isPem, lookOf, pemText } from './pem.ts'
import { pssUse } from './pss-use.ts'
import { fromPssSpki, toPssSpki } from './pss-key.ts'

/**
 * A buffer that every verification reuses. A new buffer for each payload, signing input and MAC would cost more than
 * filling it, and garbage collection even more. Its content is only read during the call that wrote it.
 */
const scratch = Buffer.alloc(65_536) // as long as a token may be
const macs = { sha256: Buffer.alloc(32), sha384: Buffer.alloc(48), sha512: Buffer.alloc(64) }

function toScratch(ascii: string): Uint8Array {
  return scratch.subarray(0, scratch.write(ascii, 'latin1'))
}

/** `node:crypto`: synchronous, keys imported once. */
export const engine: Engine = Object.freeze({
  name: 'node',

  decodeBase64url(segment: string) {
    // Node's decoder accepts several spellings of the same bytes. Only the canonical one survives the round trip.
    const bytes = Buffer.from(segment, 'base64url')
    return bytes.toString('base64url') === segment ? bytes : undefined
  },

  decodeText(segment: string) {
    if (segment.length > scratch.length) return undefined
    const length = scratch.write(segment, 'base64url')
    if (scratch.toString('base64url', 0, length) !== segment) return undefined
    const text = scratch.toString('utf8', 0, length)
    // Invalid UTF-8 becomes the replacement character. But the sender may also have sent that character.
    return text.includes('\uFFFD') && !isUtf8(scratch.subarray(0, length)) ? undefined : text
  },

  copyAscii(text: string) {
    return Buffer.from(text, 'latin1').toString('latin1')
  },

  toJwk(material: unknown) {
    const key = toKeyObject(material)
    if (key.type === 'private') throw new TypeError('is a private key: give its public half')
    if (key.asymmetricKeyType === 'rsa-pss') return pssJwk(key)
    const jwk = key.export({ format: 'jwk' }) as Jwk
    return isCryptoKey(material) ? { ...jwk, ...algorithmOf(material) } : jwk
  },

  toPrivateJwk(material: unknown) {
    if (!isKeyObject(material) && !isText(material)) throw new TypeError('is not a key')
    const key = isText(material) ? toPrivateKey(material) : material
    if (key.type !== 'private') throw new TypeError(`is a ${key.type} key`)
    if (key.asymmetricKeyType === 'rsa-pss') throw new TypeError('is an RSA-PSS key, which can only sign')
    return key.export({ format: 'jwk' }) as Jwk
  },

  importKey(jwk: Jwk) {
    const key =
      jwk.kty === 'oct'
        ? createSecretKey(Buffer.from(jwk['k'] as string, 'base64url'))
        : shielded(createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }))
    return key as unknown as EngineKey
  },

  verify(
    algorithm: Algorithm,
    engineKey: EngineKey,
    signingInput: string,
    signature: Uint8Array,
    offload: boolean,
  ) {
    const key = engineKey as unknown as KeyObject
    const { kty, hash, padding } = traitsOf(algorithm)
    if (kty === 'oct') {
      const mac = macs[hash!]
      mac.write(createHmac(hash!, key).update(signingInput, 'latin1').digest('binary'), 'latin1')
      return mac.length === signature.length && timingSafeEqual(mac, signature)
    }
    if (kty === 'OKP') return verifyCurve(null, signingInput, key, signature, offload)
    if (kty === 'EC') return verifyCurve(hash, signingInput, key, p1363ToDer(signature), offload)
    return verifySignature(
      hash,
      toScratch(signingInput),
      padding === 'pss' ? pssKey(key, hash!) : key,
      signature,
    )
  },

  channel,

  createContext: <T>() => new AsyncLocalStorage<T>(),
} satisfies Engine)

/** ECDSA and EdDSA signatures are slow to verify. The thread pool keeps the event loop free. */
function verifyCurve(
  hash: string | null | undefined,
  signingInput: string,
  key: KeyObject,
  signature: Uint8Array,
  offload: boolean,
): MaybePromise<boolean> {
  if (!offload) return verifySignature(hash, toScratch(signingInput), key, signature)
  return new Promise((resolve, reject) => {
    verifySignature(hash, Buffer.from(signingInput, 'latin1'), key, signature, (error, good) => {
      if (error === null) resolve(good)
      else reject(error)
    })
  })
}

/**
 * `crypto.verify` looks for options on the key itself, and so on `Object.prototype`, which a request may have
 * polluted. This makes it find none.
 */
function shielded(key: KeyObject): KeyObject {
  return Object.assign(key, { padding: undefined, saltLength: undefined, dsaEncoding: undefined })
}

const pssKeys = new WeakMap<KeyObject, Map<string, KeyObject>>()

/** The key in the form that includes its padding, made on first use. */
function pssKey(key: KeyObject, hash: 'sha256' | 'sha384' | 'sha512'): KeyObject {
  let made = pssKeys.get(key)
  if (made === undefined) pssKeys.set(key, (made = new Map<string, KeyObject>()))
  let pss = made.get(hash)
  if (pss === undefined) {
    const spki = toPssSpki(key.export({ type: 'pkcs1', format: 'der' }), hash)
    pss = shielded(createPublicKey({ key: spki, format: 'der', type: 'spki' }))
    made.set(hash, pss)
  }
  return pss
}

function toKeyObject(material: unknown): KeyObject {
  if (isKeyObject(material)) return material
  if (isCryptoKey(material)) return KeyObject.from(material)
  if (!isText(material)) throw new TypeError('is not a PEM, JWK, KeyObject or CryptoKey')
  if (typeof material !== 'string' && !isPem(material))
    throw new TypeError(`is not a PEM, JWK, KeyObject or CryptoKey${lookOf(material)}`)
  const pem = pemText(material)
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(pem)) {
    throw new TypeError('is a private key: give its public half')
  }
  try {
    return createPublicKey(pem)
  } catch {
    // OpenSSL's own message does not help the reader, and may quote the text.
    throw new TypeError(`is not a PEM public key (SPKI, PKCS#1) or X.509 certificate${lookOf(material)}`)
  }
}

function toPrivateKey(material: string | Uint8Array): KeyObject {
  try {
    return createPrivateKey(pemText(material))
  } catch {
    // OpenSSL's own message does not help the reader, and may quote the text.
    throw new TypeError(`is not a PEM private key (PKCS#8) without a passphrase${lookOf(material)}`)
  }
}

/** Node cannot export an RSA-PSS key as a JWK, but it can export the RSA key in it. */
function pssJwk(key: KeyObject): Jwk {
  const pkcs1 = fromPssSpki(key.export({ type: 'spki', format: 'der' }))
  const rsa = createPublicKey({ key: pkcs1, format: 'der', type: 'pkcs1' })
  return { ...(rsa.export({ format: 'jwk' }) as Jwk), ...pssUse(key.asymmetricKeyDetails ?? {}) }
}

function isText(material: unknown): material is string | Uint8Array {
  return typeof material === 'string' || material instanceof Uint8Array
}
