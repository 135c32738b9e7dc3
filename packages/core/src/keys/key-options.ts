import type { Algorithm } from '../algorithms/jws.ts'
import type { NamesOf } from '../base/assert-names.ts'
import type { KeyFunction } from './function-keys.ts'
import type { JwkSet, PublicKeyMaterial, SecretMaterial } from './static-keys.ts'

/** Options for requests to the key server (`jwksUri`, or discovery from the issuer). */
export interface KeyServerOptions {
  /**
   * Seconds until fetched keys are refreshed, in the background. A shorter `Cache-Control` of the key server (RFC
   * 9111 section 5.2.2) has priority, but not below `cooldown`. Default 600.
   */
  readonly maxAge?: number
  /** Seconds past `maxAge` for which keys stay in use while their server is down. Default 3600. */
  readonly staleIfError?: number
  /** Minimum seconds between two fetches that unknown keys cause. Default 30. */
  readonly cooldown?: number
  /** Maximum seconds of one fetch, at most 300. Default 5. */
  readonly timeout?: number
  /** Maximum bytes of a response. Default 262144. */
  readonly maxBytes?: number
}

/** Options for the keys that sign the tokens of an issuer, and their algorithms. */
export interface KeyOptions {
  /**
   * Shared secret for HMAC: text (as UTF-8), bytes or a secret `KeyObject`, at least as long as the hash (32 bytes
   * for HS256). Several, at most 16, while one is being replaced: those with the `kid` of the token are tried first.
   */
  readonly secret?: SecretMaterial | readonly SecretMaterial[]
  /** Public key: PEM (text or bytes), JWK, `KeyObject` or `CryptoKey`. Several, at most 16, while one is being replaced. */
  readonly publicKey?: PublicKeyMaterial | readonly PublicKeyMaterial[]
  /** Key set (RFC 7517 section 5), inline. Keys that are not for verifying are skipped. */
  readonly jwks?: JwkSet
  /** URL of the key set: https, or http on this machine. */
  readonly jwksUri?: string | URL
  /**
   * Finds keys in code. Called for every request, or less often if it returns a `maxAge`. Returns public keys, unless
   * `algorithms` names HMAC; at most 16 keys.
   */
  readonly key?: KeyFunction
  /** Options for requests to the key server, with `jwksUri` or discovery. Default: see {@link KeyServerOptions}. */
  readonly keyServer?: KeyServerOptions
  /**
   * Hosts from which keys may be fetched over http, such as `keycloak` or `keycloak:8080`. Loopback addresses need no
   * entry. Default none.
   */
  readonly dangerouslyAllowHttp?: readonly string[]
  /** Allowed algorithms. Default: every asymmetric one that fits a key; `['HS256']` with `secret`. */
  readonly algorithms?: readonly Algorithm[]
  /** The function for requests to key servers. Default: the global `fetch`. For proxies and tests. */
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
