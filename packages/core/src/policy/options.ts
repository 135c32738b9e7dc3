import type { CsrfSecret } from '../carrier/csrf-token.ts'
import type { StandardSchema } from '../claims/schema.ts'
import type { Algorithm } from '../algorithms/jws.ts'
import type { KeyFunction } from '../keys/function-keys.ts'
import type {
  CryptoKeyLike,
  JwkSet,
  KeyObjectLike,
  PublicKeyMaterial,
  SecretMaterial,
} from '../keys/static-keys.ts'
import type { ClaimPath } from '../principal/claim-path.ts'
import type { RevocationCheck } from '../revocation/check-revocation.ts'
import type { ContentEncryption, KeyManagementAlgorithm } from '../algorithms/jwe.ts'

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

/** A private JWK (RFC 7517), or a secret one with `kty: 'oct'`. */
export interface PrivateJwk {
  readonly kty?: string
  readonly kid?: string
  readonly alg?: string
  readonly use?: string
  readonly key_ops?: readonly string[]
  readonly [member: string]: unknown
}

/**
 * A key that decrypts: a private key as PEM (PKCS#8), JWK, `KeyObject` or `CryptoKey`; or a shared secret as bytes, JWK or
 * `KeyObject`.
 */
export type DecryptionKeyMaterial = string | Uint8Array | PrivateJwk | KeyObjectLike | CryptoKeyLike

/** How encrypted tokens are opened (RFC 7516). */
export interface DecryptionOptions {
  /**
   * Private key or shared secret that tokens are encrypted to: PEM (PKCS#8), JWK, `KeyObject`, `CryptoKey`, or the bytes of
   * a secret of 16, 24, 32, 48 or 64 bytes. Several while one is being replaced; `kid` of a JWK selects among them.
   */
  readonly key: DecryptionKeyMaterial | readonly DecryptionKeyMaterial[]
  /**
   * Key management algorithms that are allowed. Default: those that fit a key out of RSA-OAEP-256; ECDH-ES alone, with
   * A128KW or A256KW; dir, A128KW, A256KW, A128GCMKW, A256GCMKW.
   */
  readonly algorithms?: readonly KeyManagementAlgorithm[]
  /** Content encryptions that are allowed. Default `['A256GCM', 'A128GCM', 'A256CBC-HS512', 'A128CBC-HS256']`. */
  readonly encryptions?: readonly ContentEncryption[]
  /** Whether a token that is only signed is refused; with false both kinds are taken. Default true. */
  readonly required?: boolean
}

/** Options of an authenticator that concern tokens and requests, whatever the claims. */
export interface BaseOptions {
  /**
   * Who issues the tokens: the exact value of `iss`. Where no key source is given, its key set is discovered from it
   * (OpenID Connect Discovery 1.0, RFC 8414).
   */
  readonly issuer: string
  /** Who the tokens are for: `aud` must contain one of these. `null` spells out that it is not checked. */
  readonly audience: string | readonly string[] | null
  /**
   * Who the tokens were issued to: `client_id` or `azp` must be one of these, and one of the two must be there. For
   * issuers that set no `aud` (Cognito), together with `audience: null`. Default: not checked.
   */
  readonly clientId?: string | readonly string[]

  /**
   * Shared secret for HMAC: text (as UTF-8), bytes or a secret `KeyObject`, at least as long as the hash (32 bytes for
   * HS256). Several while one is being replaced.
   */
  readonly secret?: SecretMaterial | readonly SecretMaterial[]
  /** Public key: PEM, JWK, `KeyObject` or `CryptoKey`. Several while one is being replaced. */
  readonly publicKey?: PublicKeyMaterial | readonly PublicKeyMaterial[]
  /** Key set (RFC 7517 section 5), inline. Keys that are not for verifying are left out. */
  readonly jwks?: JwkSet
  /** Address of the key set: https, or http on this machine. */
  readonly jwksUri?: string | URL
  /**
   * Finds keys in code: asked at every request, or as often as its answers say. Public keys, unless `algorithms` names
   * HMAC.
   */
  readonly key?: KeyFunction
  /** How the key server is asked, with `jwksUri` or discovery. Default: see {@link KeyServerOptions}. */
  readonly keyServer?: KeyServerOptions
  /** Hosts from which keys may be fetched over http. This machine's loopback needs no entry. Default none. */
  readonly dangerouslyAllowHttp?: readonly string[]
  /**
   * Takes tokens that were signed, then encrypted (RFC 7519 section 5.2), and, unless told otherwise, no others. Default:
   * encrypted tokens are refused.
   */
  readonly decryption?: DecryptionOptions

  /** Algorithms that are allowed. Default: every asymmetric one that fits a key; `['HS256']` with `secret`. */
  readonly algorithms?: readonly Algorithm[]
  /** `'rfc9068'` demands `typ: at+jwt` and the claims of that profile. Default: any access token. */
  readonly profile?: 'rfc9068'
  /**
   * Header type that is demanded in place of an access token's, such as `hand-off+jwt`: for tokens that say something
   * else than who may do what. Default: access tokens.
   */
  readonly typ?: string
  /** The kind of token. `'id_token'` for providers that have nothing else. Default `'access_token'`. */
  readonly accept?: 'access_token' | 'id_token'
  /** Seconds by which clocks may differ, at most 60. Default 15. */
  readonly clockTolerance?: number
  /**
   * Seconds since `iat` after which a token is refused, whatever its `exp`. Makes `iat` required. Default: no limit
   * but `exp`.
   */
  readonly maxTokenAge?: number
  /** Lets tokens without `exp` pass: a stolen one is good for ever. Default false. */
  readonly dangerouslyAllowNoExpiry?: boolean
  /** Characters that a token may have, from 256 to 65536. Default 16384. */
  readonly maxTokenLength?: number
  /**
   * How many tokens are remembered, from the second time on that they are accepted, so that they need not be verified
   * again; 0 for none. About 2 KB each. Time, keys, carrier and revocation are checked all the same. Default 10000.
   */
  readonly tokenCacheSize?: number
  /**
   * Verifies ECDSA and EdDSA signatures in the thread pool, so that they do not hold up the event loop: more
   * throughput under load on machines with idle cores, a little more latency for each. Default false.
   */
  readonly offload?: boolean
  /** Claims that hold scopes. Default `['scope', 'scp']`. */
  readonly scopesFrom?: ClaimPath | readonly ClaimPath[]
  /** Claims that hold roles, such as `realm_access.roles`, `cognito:groups`, `groups`. Default `['roles']`. */
  readonly rolesFrom?: ClaimPath | readonly ClaimPath[]
  /** Tells whether a verified token was revoked. Asked last. Default: nobody is asked. */
  readonly isRevoked?: RevocationCheck

  /**
   * Also takes tokens from a cookie: `true` for `__Host-access`, or its name. Makes `origin` required.
   * The `Authorization` header beats it. Default false.
   */
  readonly cookie?: boolean | string
  /**
   * Own origins, such as `https://app.example.com`: those under which browsers reach this server. Pages of any other
   * origin, sibling subdomains included, go into `allowedOrigins`. Required with `cookie`, and an error without it.
   * Default none.
   */
  readonly origin?: string | readonly string[]
  /** Foreign origins whose pages may act with the cookie, each spelled out. Default none. */
  readonly allowedOrigins?: readonly string[]
  /**
   * Secrets of CSRF tokens (`X-CSRF-Token`), at least 32 bytes each, for clients that send no `Origin`. The first one
   * mints, all verify. Default: no such token is taken.
   */
  readonly csrfSecrets?: readonly CsrfSecret[]
  /**
   * Lets `origin` be http on this machine, and the cookie's name lack `__Host-`, for development. With `cookie`, throws
   * where `NODE_ENV` is `production`, or where `origin` is on another machine. Default false.
   */
  readonly insecureLocalhost?: boolean
  /** Takes a cookie without the `__Host-` prefix, which sibling domains can overwrite. Default false. */
  readonly dangerouslyAllowUnprefixedCookie?: boolean
  /**
   * Name of a query parameter that may carry the token. It ends up in logs and histories (RFC 6750 section 2.3).
   * Default: none is read.
   */
  readonly dangerouslyReadQuery?: string

  /** Lets requests without a credential pass as anonymous. A bad credential is refused all the same. Default false. */
  readonly optional?: boolean
  /** Puts the raw token on the principal, as `token`, which is not enumerable. Default false. */
  readonly exposeToken?: boolean
  /** `realm` of the challenge (RFC 9110 section 11.5). Default none. */
  readonly realm?: string

  /** The clock, in milliseconds since the epoch. Default `Date.now`. For tests. */
  readonly now?: () => number
  /** How key servers are asked. Default the global `fetch`. For proxies and tests. */
  readonly fetch?: typeof fetch
}

/** Options of an authenticator whose claims are typed by declaration. */
export interface AuthenticatorOptions extends BaseOptions {
  readonly claims?: undefined
}

/** Options of an authenticator whose claims are validated, and so typed, by a Standard Schema. */
export interface SchemaOptions<Schema extends StandardSchema> extends BaseOptions {
  /**
   * Any Standard Schema: zod, valibot, arktype. Its output becomes `principal.claims`. Default: the token's own claims.
   */
  readonly claims: Schema
}
