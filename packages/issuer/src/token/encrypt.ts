import { createPublicKey, createSecretKey, KeyObject } from 'node:crypto'
import { CompactEncrypt, type JWK } from 'jose'
import {
  assertNamesWithin,
  faultWithin,
  optionalString,
  pemText,
  secretBytes,
  type Fault,
  type NamesOf,
} from '@countersign/core/toolkit'

/** The receiver of an encrypted token. Tokens are signed first, then encrypted (RFC 7519 section 11.2). */
export interface EncryptTo {
  /** The receiver's public key (PEM, JWK, `KeyObject`), or 32 bytes shared with the receiver. */
  readonly key: string | JWK | KeyObject | Uint8Array
  /** Key management. Default, by kind of key: `RSA-OAEP-256`, `ECDH-ES`, or `dir` for shared bytes. */
  readonly algorithm?: 'RSA-OAEP-256' | 'ECDH-ES' | 'ECDH-ES+A256KW' | 'dir' | 'A256KW' | 'A256GCMKW'
  /** Content encryption. Default `A256GCM`. */
  readonly encryption?: 'A256GCM' | 'A128GCM' | 'A256CBC-HS512'
  /** `kid` of the receiver's key. Default: the JWK's own. */
  readonly keyId?: string
}

/** Encrypts a signed token: nested, so the encrypted content is signed too. Never compressed (RFC 8725 section 3.6). */
export type Encrypt = (token: string) => Promise<string>

const NAMES = {
  key: true,
  algorithm: true,
  encryption: true,
  keyId: true,
} as const satisfies NamesOf<EncryptTo>

const utf8 = new TextEncoder()

/**
 * Creates the encryption for these options.
 * @throws the error of `outer`, naming the member of `encryptTo`
 */
export function createEncrypt(encryptTo: EncryptTo, outer: Fault): Encrypt {
  assertNamesWithin<EncryptTo>(encryptTo, NAMES, 'encryptTo', outer)
  const fault = faultWithin('encryptTo', outer)
  const { key, algorithm, encryption = 'A256GCM' } = encryptTo
  const keyId = optionalString(encryptTo, 'keyId', fault)
  const material = toKey(key, fault)
  const alg = algorithm ?? defaultAlgorithm(material, fault)
  assertKeyMatches(material, alg, encryption, fault)
  const kid = keyId ?? (isJwk(key) ? (key.kid ?? undefined) : undefined)
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

function toKey(key: EncryptTo['key'], fault: Fault): KeyObject {
  if (key instanceof Uint8Array) return createSecretKey(secretBytes(key, 'key', 16, fault))
  if (key instanceof KeyObject && key.type === 'secret') return toKey(key.export(), fault)
  try {
    if (key instanceof KeyObject) return key.type === 'private' ? createPublicKey(key) : key
    return typeof key === 'string'
      ? createPublicKey(pemText(key))
      : createPublicKey({ key: { ...key } as JsonWebKey, format: 'jwk' })
  } catch {
    throw fault('key', 'must be a public key (PEM, JWK, KeyObject) or shared bytes')
  }
}

type JsonWebKey = import('node:crypto').JsonWebKey

function defaultAlgorithm(key: KeyObject, fault: Fault): NonNullable<EncryptTo['algorithm']> {
  if (key.type === 'secret') return 'dir'
  if (key.asymmetricKeyType === 'rsa') return 'RSA-OAEP-256'
  if (key.asymmetricKeyType === 'ec' || key.asymmetricKeyType === 'x25519') return 'ECDH-ES'
  throw fault('key', `must be RSA, EC or X25519: a key of kind ${key.asymmetricKeyType} cannot encrypt`)
}

/** The keys that an algorithm accepts: their kinds, or their length in bytes (RFC 7518 section 4). */
const KINDS: Readonly<Record<NonNullable<EncryptTo['algorithm']>, readonly string[] | number | undefined>> = {
  'RSA-OAEP-256': ['rsa'],
  'ECDH-ES': ['ec', 'x25519'],
  'ECDH-ES+A256KW': ['ec', 'x25519'],
  dir: undefined,
  A256KW: 32,
  A256GCMKW: 32,
}

/** RFC 7518 section 5: with `dir`, the key itself encrypts the content. */
const CONTENT_KEY_BYTES: Readonly<Record<NonNullable<EncryptTo['encryption']>, number>> = {
  A256GCM: 32,
  A128GCM: 16,
  'A256CBC-HS512': 64,
}
const MIN_RSA_BITS = 2_048

/** Rejects a wrong combination at start, before the first token. */
function assertKeyMatches(
  key: KeyObject,
  algorithm: NonNullable<EncryptTo['algorithm']>,
  encryption: NonNullable<EncryptTo['encryption']>,
  fault: Fault,
): void {
  if (!Object.hasOwn(KINDS, algorithm)) {
    throw fault('algorithm', `must be one of ${Object.keys(KINDS).join(', ')}`)
  }
  if (!Object.hasOwn(CONTENT_KEY_BYTES, encryption)) {
    throw fault('encryption', `must be one of ${Object.keys(CONTENT_KEY_BYTES).join(', ')}`)
  }
  const wanted = KINDS[algorithm] ?? CONTENT_KEY_BYTES[encryption]
  if (typeof wanted === 'number') {
    if (key.symmetricKeySize === wanted) return
    throw fault('key', `must have ${wanted} bytes for ${algorithm} with ${encryption}`)
  }
  if (!wanted.includes(key.asymmetricKeyType ?? '')) {
    throw fault(
      'algorithm',
      `"${algorithm}" needs another kind of key: leave the algorithm out, or change it`,
    )
  }
  if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) {
    throw fault('key', `must have ${MIN_RSA_BITS} bits or more (RFC 7518 section 4.3)`)
  }
}
