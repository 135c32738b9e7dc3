import type { Algorithm } from '../algorithms/jws.ts'
import type { NamesOf } from '../base/assert-names.ts'
import type { KeyFunction } from './function-keys.ts'
import type { JwkSet, PublicKeyMaterial, SecretMaterial } from './static-keys.ts'

/** How a key server is asked (`jwksUri`, or discovery from the issuer). */
export interface KeyServerOptions {
  /**
   * Seconds that fetched keys are used before they are due. They are renewed in the background. Where the key server's
   * `Cache-Control` says less (RFC 9111 section 5.2.2), that counts, but no less than `cooldown`. Default 600.
   */
  readonly maxAge?: number
  /** Seconds past `maxAge` that keys serve while their server is down. Default 3600. */
  readonly staleIfError?: number
  /** Seconds between two fetches caused by keys that we do not know. Default 30. */
  readonly cooldown?: number
  /** Seconds that one fetch may take, at most 300. Default 5. */
  readonly timeout?: number
  /** Bytes that an answer may have. Default 262144. */
  readonly maxBytes?: number
}

/** Options that say which keys sign the tokens of an issuer, and with which algorithms. */
export interface KeyOptions {
  /**
   * Shared secret for HMAC: text (as UTF-8), bytes or a secret `KeyObject`, at least as long as the hash (32 bytes for
   * HS256). Several, at most 16, while one is being replaced: those that the token names by `kid` are tried first.
   */
  readonly secret?: SecretMaterial | readonly SecretMaterial[]
  /** Public key: PEM (text or bytes), JWK, `KeyObject` or `CryptoKey`. Several, at most 16, while one is being replaced. */
  readonly publicKey?: PublicKeyMaterial | readonly PublicKeyMaterial[]
  /** Key set (RFC 7517 section 5), inline. Keys that are not for verifying are left out. */
  readonly jwks?: JwkSet
  /** Address of the key set: https, or http on this machine. */
  readonly jwksUri?: string | URL
  /**
   * Finds keys in code: asked at every request, or as often as its answers say. Public keys, unless `algorithms` names
   * HMAC. It may return up to 16 keys.
   */
  readonly key?: KeyFunction
  /** How the key server is asked, with `jwksUri` or discovery. Default: see {@link KeyServerOptions}. */
  readonly keyServer?: KeyServerOptions
  /** Hosts from which keys may be fetched over http, such as `keycloak` or `keycloak:8080`. This machine's loopback needs no entry. Default none. */
  readonly dangerouslyAllowHttp?: readonly string[]
  /** Algorithms that are allowed. Default: every asymmetric one that fits a key; `['HS256']` with `secret`. */
  readonly algorithms?: readonly Algorithm[]
  /** How key servers are asked. Default the global `fetch`. For proxies and tests. */
  readonly fetch?: typeof fetch
}

export const KEY_OPTION_NAMES: NamesOf<KeyOptions> = {
  secret: true,
  publicKey: true,
  jwks: true,
  jwksUri: true,
  key: true,
  keyServer: true,
  dangerouslyAllowHttp: true,
  algorithms: true,
  fetch: true,
}

export const KEY_SERVER_OPTION_NAMES: NamesOf<KeyServerOptions> = {
  maxAge: true,
  staleIfError: true,
  cooldown: true,
  timeout: true,
  maxBytes: true,
}
