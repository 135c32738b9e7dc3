import { memoryStore } from '@countersign/stores'
import { OptionError } from '@countersign/core/toolkit'
import { createIssuer, type BaseIssuerOptions, type Issuer, type Signer } from '@countersign/issuer'
import type { TestIssuerSettings } from './options.ts'
import { newTestKey, type TestKey } from './test-key.ts'

/** An issuer with its private keys, and operations of a test on its ring of keys. */
export interface SigningKeys {
  /** The current issuer. After a rotation it is another object with the same keys. */
  readonly issuer: () => Issuer
  /** The active key. */
  readonly active: () => Promise<TestKey>
  /** Makes a new key that signs at once; the old one stays published. */
  readonly rotate: () => Promise<void>
  /** Removes all keys except the active one. */
  readonly removeOld: () => Promise<void>
}

/** Maximum lifetime in seconds: long enough for any test. Old keys stay published for as long. */
const MAX_EXPIRES_IN = 31_536_000
/** Seconds: the ring does not rotate by itself while a test moves its clock. */
const ROTATE_EVERY = 315_360_000

/** The keys of a test issuer: a ring in memory, or a shared secret. */
export async function createSigningKeys(
  settings: TestIssuerSettings & { readonly issuer: string },
): Promise<SigningKeys> {
  const { issuer, audience, clientId, now, algorithm } = settings
  // no jitter: tokens live exactly as long as a test sets
  const basics = { issuer, audience, clientId, now, random: () => 0, maxExpiresIn: MAX_EXPIRES_IN }
  return algorithm === 'HS256'
    ? sharedSecretKeys(basics, await newTestKey('HS256'))
    : ringKeys(basics, algorithm)
}

function sharedSecretKeys(basics: BaseIssuerOptions, key: TestKey): SigningKeys {
  const issuer = createIssuer({ ...basics, algorithm: 'HS256', secret: key.secret! })
  const unsupported = async (): Promise<never> => {
    throw new OptionError(
      'algorithm',
      'is HS256, whose secret does not rotate: use another algorithm in this test',
    )
  }
  return { issuer: () => issuer, active: async () => key, rotate: unsupported, removeOld: unsupported }
}

function ringKeys(
  basics: BaseIssuerOptions & { readonly now: () => number },
  algorithm: Exclude<TestIssuerSettings['algorithm'], 'HS256'>,
): SigningKeys {
  const { now } = basics
  const keys = new Map<string, TestKey>()
  const signer: Signer = {
    async createKey() {
      const key = await newTestKey(algorithm)
      keys.set(key.kid!, key)
      return { publicJwk: { ...key.publicJwk }, reference: key.kid! }
    },
    sign: async ({ reference, data }) => keys.get(reference)!.sign(Buffer.from(data).toString('latin1')),
  }
  // A key signs only after it was published for some time, on the store's clock. So a rotation sets that clock ahead.
  let ahead = 0
  const store = memoryStore({ now: () => now() + ahead, dangerouslyAllowInProduction: true })
  const startReplica = (): Issuer =>
    createIssuer({ ...basics, algorithm, store, signer, rotateEvery: ROTATE_EVERY })
  let issuer = startReplica()
  return {
    issuer: () => issuer,
    async active() {
      const signing = (await issuer.keys()).find(({ state }) => state === 'active')
      return keys.get(signing!.kid)!
    },
    async rotate() {
      const { activeFrom } = await issuer.rotate()
      ahead = activeFrom - now()
      // like a replica that starts now, it reads the ring and the time from the store
      issuer = startReplica()
      await issuer.ready()
    },
    async removeOld() {
      const old = (await issuer.keys()).filter(({ state }) => state === 'retired')
      for (const { kid } of old) await issuer.retire(kid)
    },
  }
}
