import { createPrivateKey, generateKeyPair, sign, type JsonWebKey, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'
import type { SigningAlgorithm } from './algorithms.ts'
import { derToRaw } from './der.ts'

const generate = promisify(generateKeyPair)
const RSA_BITS = 3072

/** Makes a new key pair, as JWKs (RFC 7517). */
export async function generateJwks(
  algorithm: SigningAlgorithm,
): Promise<{ readonly publicJwk: JWK; readonly privateJwk: JWK }> {
  const { publicKey, privateKey } = await newPair(algorithm)
  return {
    publicJwk: publicKey.export({ format: 'jwk' }),
    privateJwk: privateKey.export({ format: 'jwk' }),
  }
}

function newPair(algorithm: SigningAlgorithm): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  switch (algorithm) {
    case 'ES256':
      return generate('ec', { namedCurve: 'P-256' })
    case 'EdDSA':
      return generate('ed25519')
    case 'RS256':
    case 'PS256':
      return generate('rsa', { modulusLength: RSA_BITS })
  }
}

/** Signs ASCII text. Fast algorithms are synchronous. RSA takes a millisecond and runs in the thread pool. */
export type SignText = (text: string) => Uint8Array | Promise<Uint8Array>

/** Prepares a private JWK to sign with this one algorithm (RFC 8725 section 3.1). */
export function localSign(algorithm: SigningAlgorithm, privateJwk: JWK): SignText {
  const key = createPrivateKey({ key: privateJwk as JsonWebKey, format: 'jwk' })
  switch (algorithm) {
    case 'ES256':
      return (text) => derToRaw(sign('sha256', Buffer.from(text, 'latin1'), key))
    case 'EdDSA':
      return (text) => sign(null, Buffer.from(text, 'latin1'), key)
    case 'RS256':
      return (text) => signInPool(text, { key })
    case 'PS256':
      // RFC 7518 section 3.5: the salt is as long as the hash.
      return (text) => signInPool(text, { key, padding: RSA_PKCS1_PSS_PADDING, saltLength: 32 })
  }
}

/** `constants.RSA_PKCS1_PSS_PADDING` of `node:crypto`. */
const RSA_PKCS1_PSS_PADDING = 6

function signInPool(
  text: string,
  key: { readonly key: KeyObject; readonly padding?: number; readonly saltLength?: number },
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    sign('sha256', Buffer.from(text, 'latin1'), key, (error, signature) =>
      error === null ? resolve(signature) : reject(error),
    )
  })
}
