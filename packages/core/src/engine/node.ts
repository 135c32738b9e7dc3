import { isUtf8 } from 'node:buffer'
import {
  constants,
  createHmac,
  createPublicKey,
  createSecretKey,
  KeyObject,
  timingSafeEqual,
  verify as verifySignature,
  type JsonWebKey,
} from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import { isCryptoKey, isKeyObject } from 'node:util/types'
import type { MaybePromise } from '../failure.ts'
import { traitsOf, type Algorithm } from '../keys/algorithms.ts'
import type { Engine, EngineKey, Jwk } from './engine.ts'
import { p1363ToDer } from './p1363.ts'

/** `node:crypto`: synchronous, keys imported once. */
export const engine: Engine = Object.freeze({
  name: 'node',

  decodeBase64url(segment: string) {
    // Node's decoder takes many spellings for the same bytes. Only the canonical one survives the way back.
    const bytes = Buffer.from(segment, 'base64url')
    return bytes.toString('base64url') === segment ? bytes : undefined
  },

  decodeUtf8(bytes: Uint8Array) {
    if (!isUtf8(bytes)) return undefined
    return (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes)).toString('utf8')
  },

  toJwk(material: unknown) {
    const key = toKeyObject(material)
    if (key.type === 'private') throw new TypeError('is a private key: give its public half')
    return key.export({ format: 'jwk' }) as Jwk
  },

  importKey(jwk: Jwk) {
    const key =
      jwk.kty === 'oct'
        ? createSecretKey(Buffer.from(jwk['k'] as string, 'base64url'))
        : createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
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
      const mac = createHmac(hash!, key).update(signingInput, 'latin1').digest()
      return mac.length === signature.length && timingSafeEqual(mac, signature)
    }
    const data = Buffer.from(signingInput, 'latin1')
    if (kty === 'OKP') return verifyCurve(null, data, key, signature, offload)
    if (kty === 'EC') return verifyCurve(hash, data, key, p1363ToDer(signature), offload)
    if (padding === 'pkcs1') return verifySignature(hash, data, key, signature)
    return verifySignature(
      hash,
      data,
      // RFC 7518 section 3.5: the salt is as long as the digest.
      { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
      signature,
    )
  },

  channel,
} satisfies Engine)

/** Signatures on curves are the slow ones to verify: in the thread pool they leave the event loop to others. */
function verifyCurve(
  hash: string | null | undefined,
  data: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
  offload: boolean,
): MaybePromise<boolean> {
  if (!offload) return verifySignature(hash, data, key, signature)
  return new Promise((resolve, reject) => {
    verifySignature(hash, data, key, signature, (error, good) => {
      if (error === null) resolve(good)
      else reject(error)
    })
  })
}

function toKeyObject(material: unknown): KeyObject {
  if (isKeyObject(material)) return material
  if (isCryptoKey(material)) return KeyObject.from(material)
  if (typeof material !== 'string') throw new TypeError('is no PEM, JWK, KeyObject or CryptoKey')
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(material)) {
    throw new TypeError('is a private key: give its public half')
  }
  try {
    return createPublicKey(material)
  } catch {
    // OpenSSL's own message is of no use to the reader, and may quote the text.
    throw new TypeError('is no PEM public key (SPKI, PKCS#1) or X.509 certificate')
  }
}
