import type { Algorithm } from '../algorithms/jws.ts'
import type { MaybePromise } from '../base/maybe-promise.ts'

/** A key in the form that an engine verifies with. Opaque to everything else. */
export type EngineKey = { readonly __engineKey: never }

/** A public or secret key as a JWK (RFC 7517), members not yet judged. */
export interface Jwk {
  readonly kty?: unknown
  readonly kid?: unknown
  readonly alg?: unknown
  readonly use?: unknown
  readonly key_ops?: unknown
  readonly [member: string]: unknown
}

/** What `node:diagnostics_channel` offers, as far as it is used. */
export interface EventChannel {
  readonly hasSubscribers: boolean
  publish(message: unknown): void
}

/** What `AsyncLocalStorage` offers, as far as it is used. */
export interface AsyncContext<T> {
  getStore(): T | undefined
  run<R>(store: T, act: () => R): R
}

/**
 * All that differs between runtimes. Parsing, the choice of algorithm and key, and every check are shared; an engine
 * only turns keys and bytes.
 */
export interface Engine {
  readonly name: 'node' | 'web'
  /**
   * Bytes of one base64url segment, or `undefined` unless it is in the one canonical spelling: alphabet of RFC 4648
   * section 5, no padding, no white space, unused bits zero.
   */
  decodeBase64url(segment: string): Uint8Array | undefined
  /** Text of one such segment, or `undefined` where its bytes are not well-formed UTF-8 (RFC 3629). */
  decodeText(segment: string): string | undefined
  /**
   * The same ASCII text with characters of its own. A token is a slice of a header, and engines let a slice keep the
   * whole text alive: what is remembered for long must not hold a cookie header of 16 KB each.
   */
  copyAscii(text: string): string
  /**
   * Any form in which a key can be given, as a JWK.
   * @throws `TypeError` that says what is wrong and has nothing of the key; a promise rejects with it
   */
  toJwk(material: unknown): MaybePromise<Jwk>
  /**
   * A private key that is given as anything but a JWK or `CryptoKey`, as a JWK.
   * @throws `TypeError` that says what is wrong and has nothing of the key; a promise rejects with it
   */
  toPrivateJwk(material: unknown): MaybePromise<Jwk>
  /** Makes a key ready to verify. Throws where the JWK is no key. */
  importKey(jwk: Jwk): EngineKey
  /**
   * Whether the signature over the ASCII signing input is good. Lengths were checked before.
   * @param offload whether slow algorithms may leave the thread of the event loop
   */
  verify(
    algorithm: Algorithm,
    key: EngineKey,
    signingInput: string,
    signature: Uint8Array,
    offload: boolean,
  ): MaybePromise<boolean>
  /** The diagnostics channel of this name, where the runtime has such. */
  channel(name: string): EventChannel | undefined
  /** A store that follows asynchronous calls, where the runtime has such. */
  createContext<T>(): AsyncContext<T> | undefined
}
