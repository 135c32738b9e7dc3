import type { KeyStore } from '@countersign/stores'
import { OptionError, optionalBoolean, type NamesOf } from '@countersign/core/toolkit'
import { wholeSeconds } from '../base/seconds.ts'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from './algorithms.ts'
import { readKeyEncryption, type KeyEncryption, type RingSecret } from './key-encryption.ts'
import type { RingTimes } from './ring.ts'
import type { Signer } from './signer.ts'

/** Options of a ring of keys. */
export interface RingOptions {
  /** Where the ring is kept. All replicas share it. */
  readonly store: KeyStore
  /** Default `ES256`. */
  readonly algorithm?: SigningAlgorithm | undefined
  /**
   * Encrypts private keys in the store, and authenticates the ring, so that nobody without the secret can change it.
   * With `signer`: authenticates alone. Required for a ring in a database, unless a signer has the keys, or
   * `dangerouslyUnencrypted` is set. Default: none.
   */
  readonly keyEncryption?: KeyEncryption | undefined
  /**
   * Keeps private keys in the database as they are: who reads the database, or a backup of it, can sign. Default false.
   */
  readonly dangerouslyUnencrypted?: boolean | undefined
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

/** Seconds by which the clocks of issuer, store and verifiers may differ, twice. */
export const SKEW = 120

/** How a ring lives. */
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
 * Checks the options of a ring.
 * @param maxExpiresIn seconds that any token may live
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
      'is required: where keys are kept, for example fileKeyStore() or sqliteStore()',
    )
  }
  if (signer !== undefined && (typeof signer?.createKey !== 'function' || typeof signer.sign !== 'function'))
    throw new OptionError('signer', 'must have the methods createKey() and sign()')
  const secret = options.keyEncryption === undefined ? undefined : readKeyEncryption(options.keyEncryption)
  assertPrivateKeysAreKeptWell(options)
  return { store, algorithm, signer, secret, ...readTimes(options, maxExpiresIn) }
}

/** What is left out must not be what protects private keys: that they are in the clear is spelled out. */
function assertPrivateKeysAreKeptWell(options: RingOptions): void {
  const { store, signer, keyEncryption } = options
  const isSpelledOut = optionalBoolean(options, 'dangerouslyUnencrypted')
  if (isSpelledOut && keyEncryption !== undefined)
    throw new OptionError('dangerouslyUnencrypted', 'contradicts "keyEncryption": leave one of them out')
  if (isSpelledOut && signer !== undefined)
    throw new OptionError('dangerouslyUnencrypted', 'has no effect with "signer", which has the private keys')
  if (isSpelledOut || keyEncryption !== undefined || signer !== undefined || store.acceptsPlainKeys) return
  throw new OptionError(
    'keyEncryption',
    'is required, since this store keeps private keys as they are: give { passphrase } or { wrappingKey }, or set dangerouslyUnencrypted: true',
  )
}

/** The lead must outlast every copy of the key set that lacks the next key. */
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
