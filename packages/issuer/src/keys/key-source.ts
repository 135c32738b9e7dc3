import type { AuthenticatorOptions, KeyFunction } from '@countersign/core'
import { OptionError } from '@countersign/core/toolkit'
import type { JWK } from 'jose'
import { publish } from '../events.ts'
import {
  readRingPolicy,
  readSecrets,
  SKEW,
  type KeyRingIssuerOptions,
  type RingPolicy,
  type SecretIssuerOptions,
} from '../options.ts'
import { signWithRing, signWithSecret, type SignPayload } from '../token/signing.ts'
import { SIGNING_ALGORITHMS, type IssuerAlgorithm } from './algorithms.ts'
import { readKeyEncryption } from './key-encryption.ts'
import { publishedJwk } from './public-jwk.ts'
import { createRingKeeper, type RingKeeper, type RingNow } from './ring-keeper.ts'
import { createRingMac } from './ring-mac.ts'
import { ringSigners } from './ring-signers.ts'
import { ringText } from './ring-text.ts'
import {
  activeKey,
  publishedKeys,
  removalOf,
  stateOf,
  type KeyState,
  type Ring,
  type RingKey,
} from './ring.ts'
import { createSeal } from './seal.ts'

/** A key of the ring, for people. Times are milliseconds since the epoch. */
export interface KeyInfo {
  readonly kid: string
  readonly algorithm: IssuerAlgorithm
  readonly state: KeyState
  readonly createdAt: number
  readonly activeFrom: number
  /** When it goes, as far as that is known. */
  readonly removedAt: number | undefined
}

/** A key set (RFC 7517 section 5) of public keys. */
export interface PublicJwkSet {
  readonly keys: readonly JWK[]
}

/** What the two kinds of issuers do differently. */
export interface KeySource {
  readonly algorithm: IssuerAlgorithm
  readonly sign: SignPayload
  readonly verification: Pick<AuthenticatorOptions, 'secret' | 'key' | 'algorithms'>
  /** The key set, and for how many seconds it may be kept. */
  publish(): Promise<PublishedKeys>
  keys(): Promise<readonly KeyInfo[]>
  rotate(): Promise<KeyInfo>
  retire(kid: string): Promise<boolean>
  ready(): Promise<void>
}

/** What verifiers are told. */
export interface PublishedKeys {
  readonly set: PublicJwkSet
  /** Seconds. */
  readonly maxAge: number
}

/** The keys of an issuer with a shared secret: nothing to publish, nothing that rotates. */
export function secretSource(options: SecretIssuerOptions): KeySource {
  const secrets = readSecrets(options)
  const none = (): never => {
    throw new OptionError('secret', 'is replaced by hand: put the new one in front of the old one')
  }
  return {
    algorithm: 'HS256',
    sign: signWithSecret(secrets[0]!),
    verification: { secret: secrets, algorithms: ['HS256'] },
    publish: async () => ({ set: { keys: [] }, maxAge: 0 }),
    keys: async () => [],
    rotate: async () => none(),
    retire: async () => none(),
    ready: async () => {},
  }
}

/** The keys of an issuer with a ring. */
export function ringSource(
  options: KeyRingIssuerOptions,
  maxExpiresIn: number,
  now: () => number,
): KeySource {
  const policy = readRingPolicy(options, maxExpiresIn)
  const { issuer, store, signer } = options
  const secret = options.keyEncryption && readKeyEncryption(options.keyEncryption)
  const seal = secret && createSeal(secret)
  const text = ringText(secret && createRingMac(secret, issuer))
  const keeper = createRingKeeper({ ...policy, issuer, store, signer, seal, text, now })
  const signerOf = ringSigners(signer, seal)
  let signing: string | undefined
  const onKey = (kid: string): void => {
    if (kid === signing) return
    publish('countersign:key:rotated', { issuer, kid, previous: signing })
    signing = kid
  }
  return {
    algorithm: policy.algorithm,
    sign: signWithRing(keeper, signerOf, onKey),
    // While the algorithm is being changed, keys of the old one sign and verify too; each key has only one.
    verification: { key: keyFunction(keeper, policy), algorithms: SIGNING_ALGORITHMS },
    async publish() {
      const newest = await keeper.newest()
      const keys = publishedKeys(newest.ring, newest.now, policy)
      return { set: { keys: keys.map(publishedJwk) }, maxAge: maxAgeOf(newest, keys, policy) }
    },
    async keys() {
      const { ring, now: time } = await keeper.newest()
      return ring.map((key) => describe(ring, key, time, policy))
    },
    async rotate() {
      const key = await keeper.rotate()
      const { ring, now: time } = await keeper.current()
      return describe(ring, key, time, policy)
    },
    retire: (kid) => keeper.retire(kid),
    async ready() {
      const { ring, now: time } = await keeper.current()
      await signerOf(activeKey(ring, time)!)
    },
  }
}

/**
 * A copy of the key set must not outlive a key that is in it, so that what is removed here verifies nothing anywhere;
 * nor the moment from which a key may sign that this process, cut off from the store, knows nothing of.
 */
function maxAgeOf({ ring, now, completeUntil }: RingNow, keys: Ring, policy: RingPolicy): number {
  const removals = keys.map((key) => removalOf(ring, key, policy) ?? Infinity)
  const end = Math.min(completeUntil - (SKEW / 2) * 1_000, ...removals)
  return Math.max(0, Math.min(policy.jwksMaxAge, Math.floor((end - now) / 1_000)))
}

function describe(ring: Ring, key: RingKey, now: number, policy: RingPolicy): KeyInfo {
  const { kid, algorithm, createdAt, activeFrom } = key
  return {
    kid,
    algorithm,
    createdAt,
    activeFrom,
    state: stateOf(ring, key, now, policy),
    removedAt: removalOf(ring, key, policy),
  }
}

/**
 * For a verifier in the same process. It may keep a key for as long as this process keeps its copy of the ring. For a
 * name that is not in the copy, the store is asked: another process may have had to replace a key at once.
 */
function keyFunction(keeper: RingKeeper, policy: RingPolicy): KeyFunction {
  return async ({ kid }) => {
    const find = ({ ring, now }: RingNow): RingKey | undefined =>
      publishedKeys(ring, now, policy).find((one) => one.kid === kid)
    let copy = await keeper.current()
    if (find(copy) === undefined) copy = await keeper.newest()
    const key = find(copy)
    if (key === undefined) return undefined
    const maxAge = Math.min(policy.refreshEvery / 1_000, maxAgeOf(copy, [key], policy))
    return { key: { ...publishedJwk(key) }, maxAge }
  }
}
