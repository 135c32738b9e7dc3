import type { Algorithm } from '../algorithms/jws.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'

/** A key in the form that an engine verifies with. Opaque to everything else. */
export type EngineKey = { readonly __engineKey: never }

/**
 * Marks an RSA key that is for PSS only (RFC 4055 section 3.1), which no member of a JWK can express. A symbol, so
 * that no key set can set it.
 */
export const PSS_ONLY: unique symbol = Symbol('pss only')

/** A public or secret key as a JWK (RFC 7517), members not yet validated. */
export interface Jwk {
  readonly [PSS_ONLY]?: true
  readonly kty?: unknown
  readonly kid?: unknown
  readonly alg?: unknown
  readonly use?: unknown
  readonly key_ops?: unknown
  readonly [member: string]: unknown
}

/** The part of `node:diagnostics_channel` that is used. */
export interface EventChannel {
  readonly hasSubscribers: boolean
  publish(message: unknown): void
}

/** The part of `AsyncLocalStorage` that is used. */
export interface AsyncContext<T> {
  getStore(): T | undefined
  run<R>(store: T, act: () => R): R
}

/**
 * Everything that differs between runtimes. Parsing, the choice of algorithm and key, and all checks are shared. An
 * engine only handles keys and bytes.
 */
export interface Engine {
  readonly name: 'node' | 'web'
  /**
   * Bytes of one base64url segment, or `undefined` unless it is in canonical form: alphabet of RFC 4648 section 5, no
   * padding, no white space, unused bits zero.
   */
  decodeBase64url(segment: string): Uint8Array | undefined
  /** Text of one such segment, or `undefined` if its bytes are not well-formed UTF-8 (RFC 3629). */
  decodeText(segment: string): string | undefined
  /**
   * A copy of an ASCII text. A token is a slice of a header, and engines keep the whole header alive for a slice: a
   * cached token must not keep a cookie header of 16 KB in memory.
   */
  copyAscii(text: string): string
  /**
   * Converts a key in any supported format to a JWK.
   * @throws `TypeError` that says what is wrong and contains nothing of the key; a promise rejects with it
   */
  toJwk(material: unknown): MaybePromise<Jwk>
  /**
   * Converts a private key that is not a JWK or `CryptoKey` to a JWK.
   * @throws `TypeError` that says what is wrong and contains nothing of the key; a promise rejects with it
   */
  toPrivateJwk(material: unknown): MaybePromise<Jwk>
  /** Prepares a key for verifying. Throws if the JWK is not a valid key. */
  importKey(jwk: Jwk): EngineKey
  /**
   * Whether the signature over the ASCII signing input is valid. Lengths were checked before.
   * @param offload whether slow algorithms may leave the thread of the event loop
   */
  verify(
    algorithm: Algorithm,
    key: EngineKey,
    signingInput: string,
    signature: Uint8Array,
    offload: boolean,
  ): MaybePromise<boolean>
  /** The diagnostics channel of this name, if the runtime has such channels. */
  channel(name: string): EventChannel | undefined
  /** A store that follows asynchronous calls, if the runtime has one. */
  createContext<T>(): AsyncContext<T> | undefined
}
