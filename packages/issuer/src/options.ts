import type { KeyStore } from '@countersign/stores'
import { OptionError, optionalNumber, secretBytes } from '@countersign/core/toolkit'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from './keys/algorithms.ts'
import type { KeyEncryption } from './keys/key-encryption.ts'
import type { RingTimes } from './keys/ring.ts'
import type { Signer } from './keys/signer.ts'
import type { EncryptTo } from './token/encrypt.ts'
import { audienceOf, optionalText } from './token/input.ts'

/** Options that every issuer has. */
export interface BaseIssuerOptions {
  /** `iss` of its tokens: an https URL without query or fragment (RFC 8414 section 2), or http on this machine. */
  readonly issuer: string
  /** Default audience of access tokens. Default none: each token names its own. */
  readonly audience?: string | readonly string[] | undefined
  /** Default `client_id` of access tokens. Default none: each token names its own. */
  readonly clientId?: string | undefined
  /** Seconds that access tokens live. Default 600. */
  readonly expiresIn?: number | undefined
  /** Seconds that any token may live. Keys stay published for that long after their last signature. Default 3600. */
  readonly maxExpiresIn?: number | undefined
  /** Encrypts access tokens for their receiver, after signing. Default: signed only. */
  readonly encryptTo?: EncryptTo | undefined
  /** Bytes over which a token is worth a warning. Default 3800, which fits a cookie. */
  readonly sizeWarning?: number | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. For tests. */
  readonly now?: (() => number) | undefined
  /** A number from 0 up to 1, for the jitter of expiry. Default `Math.random`. For tests. */
  readonly random?: (() => number) | undefined
}

/** An issuer with a ring of keys that rotate: any server verifies its tokens by the key set. */
export interface KeyRingIssuerOptions extends BaseIssuerOptions {
  /** Where the ring is kept. All replicas share it. */
  readonly store: KeyStore
  /** Default `ES256`. */
  readonly algorithm?: SigningAlgorithm | undefined
  /**
   * Encrypts private keys in the store, and authenticates the ring, so that nobody without the secret can change it.
   * With `signer`: authenticates alone. Default: neither.
   */
  readonly keyEncryption?: KeyEncryption | undefined
  /** Where private keys are instead, if they must not leave a KMS or HSM. Default: in the store. */
  readonly signer?: Signer | undefined
  /** Seconds from one key's first signature to the next one's. Default 2592000 (30 days). */
  readonly rotateEvery?: number | undefined
  /** Seconds that a key is published before it signs. Default 3600. */
  readonly lead?: number | undefined
  /** Seconds for which verifiers may keep the key set. Default 600. */
  readonly jwksMaxAge?: number | undefined
  /** Seconds after which the ring is read from the store again. Default 30. */
  readonly refreshKeysEvery?: number | undefined
  readonly secret?: undefined
}

/** An issuer with a shared secret: only for servers that verify their own tokens. */
export interface SecretIssuerOptions extends BaseIssuerOptions {
  /** Signs with the secret. */
  readonly algorithm: 'HS256'
  /** At least 32 random bytes, as text (UTF-8) or bytes. While one is being replaced: the new one, then the old one. */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[]
  readonly store?: undefined
}

/** Options of `createIssuer()`. */
export type IssuerOptions = KeyRingIssuerOptions | SecretIssuerOptions

/** Seconds by which the clocks of issuer, store and verifiers may differ, twice. */
export const SKEW = 120

/** What every issuer needs, judged. */
export interface IssuerBasics {
  readonly issuer: URL
  /** Seconds. */
  readonly expiresIn: number
  /** Seconds. */
  readonly maxExpiresIn: number
  readonly sizeWarning: number
}

/** Judges what all issuers have in common. */
export function readBasics(options: IssuerOptions): IssuerBasics {
  const maxExpiresIn = wholeSeconds(options, 'maxExpiresIn', 3_600, 31_536_000)
  const expiresIn = wholeSeconds(options, 'expiresIn', Math.min(600, maxExpiresIn), 31_536_000)
  if (expiresIn > maxExpiresIn) {
    throw new OptionError(
      'expiresIn',
      `is longer than maxExpiresIn, which is ${maxExpiresIn}: raise that one too`,
    )
  }
  const sizeWarning = optionalNumber(options, 'sizeWarning', { default: 3_800, min: 256, unit: 'bytes' })
  optionalText(options.clientId, 'clientId')
  if (options.audience !== undefined) audienceOf(options.audience)
  return { issuer: readIssuer(options.issuer), expiresIn, maxExpiresIn, sizeWarning }
}

function wholeSeconds(options: object, option: string, fallback: number, max: number): number {
  const seconds = optionalNumber(options, option, { default: fallback, min: 1, max, unit: 'seconds' })
  if (!Number.isInteger(seconds)) throw new OptionError(option, 'must be a whole number of seconds')
  return seconds
}

function readIssuer(issuer: unknown): URL {
  const url = typeof issuer === 'string' && URL.canParse(issuer) ? new URL(issuer) : undefined
  if (url === undefined)
    throw new OptionError('issuer', 'is required: a URL such as "https://auth.example.com"')
  // As it is written: verifiers compare the text, and an empty query or a space at the end is not in `url`.
  if (/[?#\s]/.test(issuer as string) || url.username !== '' || url.password !== '') {
    throw new OptionError('issuer', 'must have no query, fragment, user name or space (RFC 8414 section 2)')
  }
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) {
    throw new OptionError('issuer', 'must be an https URL, or http on this machine')
  }
  return url
}

/** The shared secrets, the signing one first. */
export function readSecrets({ secret }: SecretIssuerOptions): readonly Uint8Array[] {
  const list: readonly unknown[] = Array.isArray(secret) ? secret : [secret]
  if (list.length === 0) throw new OptionError('secret', 'must have at least one secret')
  return list.map((one) => secretBytes(one, 'secret', 32))
}

/** How a ring lives. */
export interface RingPolicy extends RingTimes {
  readonly algorithm: SigningAlgorithm
  /** Seconds. */
  readonly jwksMaxAge: number
  /** Milliseconds. */
  readonly refreshEvery: number
}

/** Judges the options of a ring: the lead must outlast every copy of the key set that lacks the next key. */
export function readRingPolicy(options: KeyRingIssuerOptions, maxExpiresIn: number): RingPolicy {
  const { algorithm = 'ES256', store } = options
  if (options.secret !== undefined) {
    throw new OptionError('secret', 'is for algorithm "HS256" alone: set that, or leave the secret out')
  }
  if (!SIGNING_ALGORITHMS.includes(algorithm)) {
    throw new OptionError(
      'algorithm',
      `must be one of ${SIGNING_ALGORITHMS.join(', ')}, or HS256 with "secret"`,
    )
  }
  if (typeof store?.readKeyRing !== 'function' || typeof store.writeKeyRing !== 'function') {
    throw new OptionError(
      'store',
      'is required: where keys are kept, for example fileKeyStore() or sqliteStore()',
    )
  }
  const seconds = (option: keyof KeyRingIssuerOptions, fallback: number): number =>
    wholeSeconds(options, option, fallback, 315_360_000)
  const jwksMaxAge = seconds('jwksMaxAge', 600)
  const refreshKeysEvery = seconds('refreshKeysEvery', 30)
  const lead = seconds('lead', 3_600)
  const rotateEvery = seconds('rotateEvery', 2_592_000)
  const shortest = jwksMaxAge + 2 * refreshKeysEvery + SKEW / 2
  if (lead < shortest) {
    throw new OptionError(
      'lead',
      `must be at least ${shortest}: jwksMaxAge + 2 × refreshKeysEvery + ${SKEW / 2}`,
    )
  }
  if (rotateEvery < lead) throw new OptionError('rotateEvery', `must be at least lead, which is ${lead}`)
  return {
    algorithm,
    jwksMaxAge,
    refreshEvery: refreshKeysEvery * 1_000,
    lead: lead * 1_000,
    rotateEvery: rotateEvery * 1_000,
    retention: (maxExpiresIn + SKEW) * 1_000,
  }
}
