import { toBase64url } from '../base/base64url.ts'
import type { Jwk } from '../engine/engine.ts'
import { engine } from '#engine'
import { andThen, Failure } from '../refusal/failure.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'
import { keyList } from '../base/key-list.ts'
import { memberOf } from '../base/members.ts'
import { OptionError } from '../base/option-error.ts'
import { traitsOf } from '../algorithms/jws.ts'
import { createKeySet, type KeyMatch, type KeySet } from './key-set.ts'
import { isJwk, readJwkMembers } from './jwk-members.ts'
import type { KeyAnswer, KeyQuery, KeySource } from './key-source.ts'
import { secretBytes } from '../base/secret-bytes.ts'
import type { VerifyKeyOptions } from './verify-key.ts'

/** A shared secret: text (encoded as UTF-8), bytes, or a `KeyObject` of type `secret`. */
export type SecretMaterial = string | Uint8Array | KeyObjectLike

/** A public key: PEM (SPKI, PKCS#1 or X.509 certificate), as text or bytes, JWK, `KeyObject` or `CryptoKey`. */
export type PublicKeyMaterial = string | Uint8Array | PublicJwk | KeyObjectLike | CryptoKeyLike

/** A `KeyObject` of `node:crypto`, without naming that module. */
export interface KeyObjectLike {
  readonly type: 'secret' | 'public' | 'private'
  export(options?: { format: 'jwk' }): unknown
}

/** A `CryptoKey` of WebCrypto, a name that not every set of global types has. */
export interface CryptoKeyLike {
  readonly type: string
  readonly algorithm: { readonly name: string }
  readonly extractable: boolean
  readonly usages: readonly string[]
}

/**
 * A public JWK (RFC 7517). Members that are null count as absent. Bytes may be padded, in either alphabet of base64.
 */
export interface PublicJwk {
  readonly kty?: string
  readonly kid?: string | null
  readonly alg?: string | null
  readonly use?: string | null
  readonly key_ops?: readonly string[] | null
  readonly [member: string]: unknown
}

/** A JWK set (RFC 7517 section 5). */
export interface JwkSet {
  readonly keys: readonly PublicJwk[]
}

/** Keys that are known at start, or as soon as the runtime has imported them. */
export function staticKeys(keys: MaybePromise<KeySet>): KeySource {
  let known: MaybePromise<KeySet | Failure> = keys
  if (keys instanceof Promise) {
    // A key that cannot be imported is a mistake in the options: `ready()` rejects, and requests get 500.
    known = keys.catch((cause: unknown) => new Failure('internal_error', { cause }))
    void known.then((settled) => (known = settled))
  }
  return Object.freeze({
    find: ({ kid, algorithm }: KeyQuery) => andThen(known, (set) => toKeyAnswer(set.match(kid, algorithm))),
    ready: async () => {
      await keys
    },
  })
}

/** The match of a key set, as the result of a source. */
export function toKeyAnswer({ found }: KeyMatch): KeyAnswer {
  if (typeof found !== 'string') return found
  return new Failure(found === 'algorithm_not_allowed' ? found : 'key_unknown')
}

/** Reads the option `secret`: one secret, or several while they are being changed. */
export function keysFromSecrets(
  secret: SecretMaterial | readonly SecretMaterial[],
  options: VerifyKeyOptions,
  option = 'secret',
): KeySet {
  const secrets = keyList(secret, option)
  const minBytes = Math.max(...options.algorithms.map((algorithm) => traitsOf(algorithm).signatureBytes ?? 0))
  const jwks = secrets.map((material) => secretJwk(material, option, minBytes))
  return createKeySet(jwks, { ...options, unnamedFitAll: true, previous: undefined })
}

function secretJwk(material: SecretMaterial, option: string, minBytes: number): Jwk {
  const bytes =
    typeof material === 'string' || material instanceof Uint8Array
      ? material
      : bytesOfKeyObject(material, option)
  return { kty: 'oct', k: toBase64url(secretBytes(bytes, option, minBytes)) }
}

function bytesOfKeyObject(material: unknown, option: string): Uint8Array | undefined {
  if (typeof material !== 'object' || material === null) return undefined
  const { type } = material as Partial<KeyObjectLike>
  if (type === 'public' || type === 'private') {
    throw new OptionError(option, `is a ${type} key: give public keys as "publicKey"`)
  }
  if (type !== 'secret') return undefined
  const bytes = (material as KeyObjectLike).export()
  return bytes instanceof Uint8Array ? bytes : undefined
}

/** Reads the option `publicKey`: one key, or several. Each must be fit: a key that cannot be used is a mistake. */
export function keysFromPublicKeys(
  publicKey: PublicKeyMaterial | readonly PublicKeyMaterial[],
  options: VerifyKeyOptions,
  option = 'publicKey',
): MaybePromise<KeySet> {
  const jwks = keyList(publicKey, option).map((material) => publicJwk(material, option))
  return jwks.some((jwk) => jwk instanceof Promise)
    ? Promise.all(jwks.map((jwk) => Promise.resolve(jwk))).then((list) => publicKeySet(list, options, option))
    : publicKeySet(jwks as readonly Jwk[], options, option)
}

function publicKeySet(jwks: readonly Jwk[], options: VerifyKeyOptions, option: string): KeySet {
  const keys = createKeySet(jwks, { ...options, unnamedFitAll: true, previous: undefined })
  const [unfit] = keys.unfit
  if (unfit !== undefined) throw new OptionError(option, `cannot be used: ${unfit.reason}`)
  return keys
}

/** Node reads every form synchronously. WebCrypto reads all but JWKs asynchronously. */
function publicJwk(material: PublicKeyMaterial, option: string): MaybePromise<Jwk> {
  if (isJwk(material)) {
    if (material.kty === 'oct')
      throw new OptionError(option, 'is a symmetric key: give shared secrets as "secret"')
    return material
  }
  const explain = (error: unknown): never => {
    const why = error instanceof TypeError ? error.message : 'is of a type that is not supported'
    throw new OptionError(option, `${why}. Give a PEM, JWK, KeyObject or CryptoKey with a public key`)
  }
  try {
    const jwk = engine.toJwk(material)
    return jwk instanceof Promise ? jwk.catch(explain) : jwk
  } catch (error) {
    return explain(error)
  }
}

/** Reads the option `jwks`. Keys that are not for verifying are skipped, as in a remote set. */
export function keysFromJwks(jwks: JwkSet, options: VerifyKeyOptions): KeySet {
  const list: unknown = typeof jwks === 'object' && jwks !== null ? memberOf(jwks, 'keys') : undefined
  if (!Array.isArray(list))
    throw new OptionError('jwks', 'must be a JWK set: { keys: [...] } (RFC 7517 section 5)')
  const members = list.filter(isJwk).map(readJwkMembers)
  if (members.some(({ kty }) => kty === 'oct')) {
    throw new OptionError('jwks', 'holds a symmetric key: give shared secrets as "secret"')
  }
  if (members.some((jwk) => jwk['d'] !== undefined)) {
    throw new OptionError('jwks', 'holds a private key: give the public members only')
  }
  const keys = createKeySet(list as Jwk[], { ...options, unnamedFitAll: false, previous: undefined })
  if (keys.size === 0) {
    const why = keys.unfit[0]?.reason ?? 'it is empty'
    throw new OptionError('jwks', `has no key that can verify: ${why}`)
  }
  return keys
}
