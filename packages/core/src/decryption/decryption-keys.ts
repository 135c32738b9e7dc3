import { engine } from '#engine'
import { fromBase64url, toBase64url } from '../base/base64url.ts'
import type { Jwk } from '../engine/engine.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { keyList } from '../base/key-list.ts'
import { keyFormatOf } from '../base/key-format.ts'
import { isPem } from '../engine/pem.ts'
import { isJwk, readJwkMembers } from '../keys/jwk-members.ts'
import { MAX_KID_LENGTH } from '../keys/verify-key.ts'
import type { CryptoKeyLike, KeyObjectLike } from '../keys/static-keys.ts'
import { rsaWeakness } from '../base/rsa-weakness.ts'
import { memberOf } from '../base/members.ts'
import { OptionError } from '../base/option-error.ts'
import type { DecryptionKeyMaterial, DecryptionOptions } from './decryption-options.ts'
import type { DecryptionPolicy } from './decryption-policy.ts'
import { CONTENT_ENCRYPTIONS, traitsOf, type KeyManagementAlgorithm } from '../algorithms/jwe.ts'

/** A key that may decrypt tokens, and with which algorithms. */
export interface DecryptionKey {
  /** As in its JWK; `undefined` if that has none. */
  readonly kid: string | undefined
  /** The policy's algorithms that fit the key. Never empty. */
  readonly algorithms: ReadonlySet<KeyManagementAlgorithm>
  /** The members of a private JWK, the bytes of a secret, or a key that the runtime does not export. */
  readonly material: Jwk | Uint8Array | CryptoKeyLike
}

const OPTION = 'decryption.key'
const FORMS = 'Give a private key (PEM, JWK, KeyObject or CryptoKey), or the bytes of a secret'
const MIN_DISTINCT_BYTES = 8

/**
 * Reads the option `decryption.key`: one key, or several while one is being replaced. Each must be fit. Returns a
 * promise if the runtime reads one of them asynchronously; it rejects with the errors that are otherwise thrown.
 */
export function readDecryptionKeys(
  options: DecryptionOptions,
  policy: DecryptionPolicy,
): MaybePromise<readonly DecryptionKey[]> {
  const key = memberOf(options, 'key') as DecryptionOptions['key']
  const keys = keyList(key, OPTION).map((material) => readKey(material, policy))
  return keys.some((made) => made instanceof Promise)
    ? Promise.all(keys.map((made) => Promise.resolve(made)))
    : (keys as readonly DecryptionKey[])
}

function readKey(material: DecryptionKeyMaterial, policy: DecryptionPolicy): MaybePromise<DecryptionKey> {
  // `key: process.env.X` with X unset must be an error.
  if (material === undefined) {
    throw new OptionError(OPTION, 'is missing: set it (an environment variable may be missing)')
  }
  if (material instanceof Uint8Array && !isPem(material))
    return secretKey({ kty: 'oct', k: toBase64url(material) }, policy)
  if (isCryptoKey(material)) return cryptoKey(material, policy)
  if (isJwk(material)) return jwkKey(readJwkMembers(material), policy)
  if (isSecretKeyObject(material)) {
    const bytes = material.export()
    if (bytes instanceof Uint8Array) return secretKey({ kty: 'oct', k: toBase64url(bytes) }, policy)
  }
  const explain = (error: unknown): never => {
    const why = error instanceof TypeError ? error.message : 'is of a type that is not supported'
    throw new OptionError(OPTION, `${why}. ${FORMS}`)
  }
  try {
    const jwk = engine.toPrivateJwk(material)
    return jwk instanceof Promise
      ? jwk.catch(explain).then((read) => jwkKey(read, policy))
      : jwkKey(jwk, policy)
  } catch (error) {
    if (error instanceof OptionError) throw error
    return explain(error)
  }
}

function jwkKey(jwk: Jwk, policy: DecryptionPolicy): DecryptionKey {
  if (jwk.use !== undefined && jwk.use !== 'enc')
    throw new OptionError(OPTION, 'has a "use" that is not "enc"')
  const operations = jwk.key_ops
  const mayDecrypt = (name: unknown): boolean =>
    name === 'decrypt' || name === 'unwrapKey' || name === 'deriveBits' || name === 'deriveKey'
  if (operations !== undefined && !(Array.isArray(operations) && operations.some(mayDecrypt))) {
    throw new OptionError(OPTION, 'has "key_ops" that do not allow decryption')
  }
  if (jwk.kty === 'oct') return secretKey(jwk, policy)
  const { kty, crv, n, e, d, p, q, dp, dq, qi, x, y } = jwk
  if (d === undefined)
    throw new OptionError(OPTION, `is a public key: tokens are decrypted with its private half. ${FORMS}`)
  if (kty === 'RSA') {
    const weakness = weaknessOf(n, e)
    if (weakness !== undefined) throw new OptionError(OPTION, `cannot be used: ${weakness}`)
  }
  const algorithms = fitting(jwk, policy, ({ kty: wanted }) =>
    wanted === 'EC' ? kty === 'EC' || (kty === 'OKP' && crv === 'X25519') : wanted === kty,
  )
  // Only the members that make the key: `use`, `key_ops` and `alg` were checked above.
  const members = Object.entries({ kty, crv, n, e, d, p, q, dp, dq, qi, x, y })
  const material = Object.freeze(Object.fromEntries(members.filter(([, value]) => value !== undefined)))
  return Object.freeze({ kid: kidOf(jwk), algorithms, material })
}

function weaknessOf(n: unknown, e: unknown): string | undefined {
  const modulus = typeof n === 'string' ? engine.decodeBase64url(n) : undefined
  const exponent = typeof e === 'string' ? engine.decodeBase64url(e) : undefined
  if (modulus === undefined || exponent === undefined) return 'its "n" or "e" is not base64url'
  return rsaWeakness(modulus, exponent)
}

/** A secret has the length that its algorithm requires, and is not a public key. */
function secretKey(jwk: Jwk, policy: DecryptionPolicy): DecryptionKey {
  const { k } = jwk
  if (typeof k !== 'string' || engine.decodeBase64url(k) === undefined) {
    throw new OptionError(OPTION, 'is a JWK whose "k" is not base64url')
  }
  const bytes = fromBase64url(k)
  const format = keyFormatOf(bytes)
  if (format !== undefined) {
    throw new OptionError(
      OPTION,
      `holds ${format} as the bytes of a secret: give PEM as text, and JWKs as objects`,
    )
  }
  if (new Set(bytes).size < Math.min(MIN_DISTINCT_BYTES, bytes.length)) {
    throw new OptionError(OPTION, 'repeats a few bytes only: use random bytes')
  }
  const contentKeyBytes = [...policy.encryptions].map((name): number => CONTENT_ENCRYPTIONS[name])
  const algorithms = fitting(
    jwk,
    policy,
    ({ kty, keyBytes }) =>
      kty === 'oct' &&
      (keyBytes === undefined ? contentKeyBytes.includes(bytes.length) : keyBytes === bytes.length),
    ` with a secret of ${bytes.length} bytes`,
  )
  return Object.freeze({ kid: kidOf(jwk), algorithms, material: bytes })
}

/** A `CryptoKey` fixes what it may do, including the hash. */
function cryptoKey(key: CryptoKeyLike, policy: DecryptionPolicy): DecryptionKey {
  if (key.type !== 'private') {
    throw new OptionError(
      OPTION,
      `is a CryptoKey of type "${key.type}". Give a private one, or the bytes of a secret`,
    )
  }
  const { name, hash } = key.algorithm as { name: string; hash?: { name: string } }
  const isRsa = name === 'RSA-OAEP'
  if (!key.usages.includes(isRsa ? 'decrypt' : 'deriveBits')) {
    throw new OptionError(OPTION, `is a CryptoKey whose usages lack "${isRsa ? 'decrypt' : 'deriveBits'}"`)
  }
  const bits = hash?.name.slice('SHA-'.length)
  const rsaName = bits === '1' ? 'RSA-OAEP' : `RSA-OAEP-${bits}`
  const algorithms = fitting({}, policy, ({ kty }, algorithm) =>
    isRsa ? algorithm === rsaName : kty === 'EC' && (name === 'ECDH' || name === 'X25519'),
  )
  return Object.freeze({ kid: undefined, algorithms, material: key })
}

/** The algorithms that fit the policy, the key's type and its `alg`; never taken from a token. */
function fitting(
  { alg }: Jwk,
  policy: DecryptionPolicy,
  fits: (traits: ReturnType<typeof traitsOf>, algorithm: KeyManagementAlgorithm) => boolean,
  which = '',
): ReadonlySet<KeyManagementAlgorithm> {
  const algorithms = [...policy.algorithms].filter(
    (algorithm) => (alg === undefined || alg === algorithm) && fits(traitsOf(algorithm), algorithm),
  )
  if (algorithms.length > 0) return new Set(algorithms)
  const allowed = [...policy.algorithms].join(', ')
  throw new OptionError(
    OPTION,
    `fits no allowed algorithm${which}: "decryption.algorithms" allows ${allowed}`,
  )
}

function kidOf({ kid }: Jwk): string | undefined {
  if (kid === undefined || (typeof kid === 'string' && kid.length <= MAX_KID_LENGTH)) return kid
  throw new OptionError(OPTION, `has a "kid" that is not a string of at most ${MAX_KID_LENGTH} characters`)
}

function isCryptoKey(value: unknown): value is CryptoKeyLike {
  return Object.prototype.toString.call(value) === '[object CryptoKey]'
}

function isSecretKeyObject(value: unknown): value is KeyObjectLike {
  return (
    Object.prototype.toString.call(value) === '[object KeyObject]' &&
    (value as KeyObjectLike).type === 'secret'
  )
}
