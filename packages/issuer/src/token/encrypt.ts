import { createPublicKey, createSecretKey, KeyObject } from 'node:crypto'
import { CompactEncrypt, type JWK } from 'jose'
import { OptionError, secretBytes } from '@countersign/core/toolkit'

/** For whom a token is encrypted, after it was signed (RFC 7519 section 11.2). */
export interface EncryptTo {
  /** The receiver's public key (PEM, JWK, `KeyObject`), or 32 bytes shared with it. */
  readonly key: string | JWK | KeyObject | Uint8Array
  /** Key management. Default by kind of key: `RSA-OAEP-256`, `ECDH-ES`, or `dir` for shared bytes. */
  readonly algorithm?: 'RSA-OAEP-256' | 'ECDH-ES' | 'ECDH-ES+A256KW' | 'dir' | 'A256KW' | 'A256GCMKW'
  /** Content encryption. Default `A256GCM`. */
  readonly encryption?: 'A256GCM' | 'A128GCM' | 'A256CBC-HS512'
  /** `kid` of the receiver's key. Default: the JWK's own. */
  readonly keyId?: string
}

/** Wraps a signed token: nested, so that what is hidden is also signed. Never compressed (RFC 8725 section 3.6). */
export type Encrypt = (token: string) => Promise<string>

const utf8 = new TextEncoder()

/**
 * An encryption of the options.
 * @throws `OptionError` naming `encryptTo`
 */
export function createEncrypt({ key, algorithm, encryption = 'A256GCM', keyId }: EncryptTo): Encrypt {
  const material = toKey(key)
  const alg = algorithm ?? defaultAlgorithm(material)
  const kid = keyId ?? (isJwk(key) ? key.kid : undefined)
  const header = {
    alg,
    enc: encryption,
    cty: 'JWT',
    typ: 'JWT',
    ...(kid === undefined ? undefined : { kid }),
  }
  return (token) => new CompactEncrypt(utf8.encode(token)).setProtectedHeader(header).encrypt(material)
}

function isJwk(key: EncryptTo['key']): key is JWK {
  return typeof key === 'object' && !(key instanceof Uint8Array) && !(key instanceof KeyObject)
}

function toKey(key: EncryptTo['key']): KeyObject {
  if (key instanceof Uint8Array) return createSecretKey(secretBytes(key, 'encryptTo.key', 16))
  try {
    if (key instanceof KeyObject) return key.type === 'private' ? createPublicKey(key) : key
    return typeof key === 'string'
      ? createPublicKey(key)
      : createPublicKey({ key: { ...key } as JsonWebKey, format: 'jwk' })
  } catch {
    throw new OptionError('encryptTo.key', 'must be a public key (PEM, JWK, KeyObject) or shared bytes')
  }
}

type JsonWebKey = import('node:crypto').JsonWebKey

function defaultAlgorithm(key: KeyObject): NonNullable<EncryptTo['algorithm']> {
  if (key.type === 'secret') return 'dir'
  if (key.asymmetricKeyType === 'rsa') return 'RSA-OAEP-256'
  if (key.asymmetricKeyType === 'ec' || key.asymmetricKeyType === 'x25519') return 'ECDH-ES'
  throw new OptionError(
    'encryptTo.key',
    `of kind ${key.asymmetricKeyType} cannot encrypt: use RSA, EC or X25519`,
  )
}
