import type { KeyStore } from '@countersign/stores'
import { OptionError, optionalBoolean, type NamesOf } from '@countersign/core/toolkit'
import { wholeSeconds } from '../base/seconds.ts'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from './algorithms.ts'
import { readKeyEncryption, type KeyEncryption, type RingSecret } from './key-encryption.ts'
import type { RingTimes } from './ring.ts'
import type { Signer } from './signer.ts'

/** Options of a ring of keys. */
export interface RingOptions {
  /** The store of the ring. All replicas share it. */
  readonly store: KeyStore
  /** Default `ES256`. */
  readonly algorithm?: SigningAlgorithm | undefined
  /**
   * Encrypts private keys in the store, and authenticates the ring: a ring that was changed without the secret is
   * rejected. With `signer` it only authenticates. Required for a ring in a database, unless a signer has the keys or
   * `dangerouslyUnencrypted` is set. Default: none.
   */
  readonly keyEncryption?: KeyEncryption | undefined
  /**
   * Stores private keys in the database without encryption: read access to the database or a backup is enough to sign.
   * Default false.
   */
  readonly dangerouslyUnencrypted?: boolean | undefined
  /** Signs with private keys that must not leave a KMS or HSM. Default: private keys are in the store. */
  readonly signer?: Signer | undefined
  /** Seconds between the first signatures of two keys. Default 2592000 (30 days). */
  readonly rotateEvery?: number | undefined
  /** Seconds that a key is published before it signs. Default 3600. */
  readonly lead?: number | undefined
  /** Seconds that verifiers may cache the key set. Default 600. */
  readonly jwksMaxAge?: number | undefined
  /** Seconds after which the ring is read from the store again. Default 30. */
  readonly refreshKeysEvery?: number | undefined
}

/** The names of {@link RingOptions}. */
export const RING_NAMES: NamesOf<RingOptions> = {
  store: true,
  algorithm: true,
  keyEncryption: true,
  dangerouslyUnencrypted: true,
  signer: true,
  rotateEvery: true,
  lead: true,
  jwksMaxAge: true,
  refreshKeysEvery: true,
}

/** Twice the seconds by which the clocks of issuer, store and verifiers may differ. */
export const SKEW = 120

/** The validated options of a ring. */
export interface RingPolicy extends RingTimes {
  readonly store: KeyStore
  readonly algorithm: SigningAlgorithm
  readonly signer: Signer | undefined
  readonly secret: RingSecret | undefined
  /** Seconds. */
  readonly jwksMaxAge: number
  /** Milliseconds. */
  readonly refreshEvery: number
}

/**
 * Validates the options of a ring.
 * @param maxExpiresIn maximum lifetime of any token, in seconds
 * @throws `OptionError` naming the option and the remedy
 */
export function readRingPolicy(options: RingOptions, maxExpiresIn: number): RingPolicy {
  const { algorithm = 'ES256', store, signer } = options
  if (!SIGNING_ALGORITHMS.includes(algorithm)) {
    throw new OptionError(
      'algorithm',
      `must be one of ${SIGNING_ALGORITHMS.join(', ')}, or HS256 with "secret"`,
    )
  }
  if (typeof store?.readKeyRing !== 'function' || typeof store.writeKeyRing !== 'function') {
    throw new OptionError(
      'store',
      'is required: a store for the keys, such as fileKeyStore() or sqliteStore()',
    )
  }
  if (signer !== undefined && (typeof signer?.createKey !== 'function' || typeof signer.sign !== 'function'))
    throw new OptionError('signer', 'must have the methods createKey() and sign()')
  const secret = options.keyEncryption === undefined ? undefined : readKeyEncryption(options.keyEncryption)
  assertEncryption(options)
  return { store, algorithm, signer, secret, ...readTimes(options, maxExpiresIn) }
}

/** Rejects options that leave private keys unencrypted, unless `dangerouslyUnencrypted` allows it. */
function assertEncryption(options: RingOptions): void {
  const { store, signer, keyEncryption } = options
  const isUnencrypted = optionalBoolean(options, 'dangerouslyUnencrypted')
  if (isUnencrypted && keyEncryption !== undefined)
    throw new OptionError('dangerouslyUnencrypted', 'contradicts "keyEncryption": remove one of them')
  if (isUnencrypted && signer !== undefined)
    throw new OptionError(
      'dangerouslyUnencrypted',
      'has no effect with "signer", which keeps the private keys: remove it',
    )
  if (isUnencrypted || keyEncryption !== undefined || signer !== undefined || store.acceptsPlainKeys) return
  throw new OptionError(
    'keyEncryption',
    'is required, since this store does not encrypt private keys itself: set { passphrase } or { wrappingKey }, or dangerouslyUnencrypted: true',
  )
}

/** Validates the times. The lead must be longer than the life of any cached key set without the next key. */
function readTimes(
  options: RingOptions,
  maxExpiresIn: number,
): RingTimes & Pick<RingPolicy, 'jwksMaxAge' | 'refreshEvery'> {
  const seconds = (option: keyof RingOptions, fallback: number): number =>
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
    jwksMaxAge,
    refreshEvery: refreshKeysEvery * 1_000,
    lead: lead * 1_000,
    rotateEvery: rotateEvery * 1_000,
    retention: (maxExpiresIn + SKEW) * 1_000,
  }
}
