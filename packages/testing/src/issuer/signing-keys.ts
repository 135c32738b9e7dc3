import { memoryStore } from '@countersign/stores'
import { OptionError } from '@countersign/core/toolkit'
import { createIssuer, type BaseIssuerOptions, type Issuer, type Signer } from '@countersign/issuer'
import type { TestIssuerSettings } from './options.ts'
import { newTestKey, type TestKey } from './test-key.ts'

/** An issuer whose private keys are here, and what a test does to its ring of keys. */
export interface SigningKeys {
  /** The issuer as it is now. Another one, of the same keys, after a rotation. */
  readonly issuer: () => Issuer
  /** The key that signs now. */
  readonly active: () => Promise<TestKey>
  /** Lets a new key sign at once; the old one stays published. */
  readonly rotate: () => Promise<void>
  /** Takes out all keys but the one that signs. */
  readonly removeOld: () => Promise<void>
}

/** Seconds that a token may live here: long enough for any test, and old keys stay for as long. */
const MAX_EXPIRES_IN = 31_536_000
/** Seconds: the ring does not rotate by itself while a test moves its clock. */
const ROTATE_EVERY = 315_360_000

/** The keys of a test issuer: a ring in memory, or a shared secret. */
export async function createSigningKeys(
  settings: TestIssuerSettings & { readonly issuer: string },
): Promise<SigningKeys> {
  const { issuer, audience, clientId, now, algorithm } = settings
  // tokens live exactly as long as a test says: without jitter
  const basics = { issuer, audience, clientId, now, random: () => 0, maxExpiresIn: MAX_EXPIRES_IN }
  return algorithm === 'HS256'
    ? sharedSecretKeys(basics, await newTestKey('HS256'))
    : ringKeys(basics, algorithm)
}

function sharedSecretKeys(basics: BaseIssuerOptions, key: TestKey): SigningKeys {
  const issuer = createIssuer({ ...basics, algorithm: 'HS256', secret: key.secret! })
  const none = async (): Promise<never> => {
    throw new OptionError('algorithm', 'is HS256, whose secret does not rotate: use another one in this test')
  }
  return { issuer: () => issuer, active: async () => key, rotate: none, removeOld: none }
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
  // A key signs once it was published for a while, on the store's clock: a rotation sets that clock ahead.
  let ahead = 0
  const store = memoryStore({ now: () => now() + ahead, dangerouslyAllowInProduction: true })
  const join = (): Issuer => createIssuer({ ...basics, algorithm, store, signer, rotateEvery: ROTATE_EVERY })
  let issuer = join()
  return {
    issuer: () => issuer,
    async active() {
      const signing = (await issuer.keys()).find(({ state }) => state === 'active')
      return keys.get(signing!.kid)!
    },
    async rotate() {
      const { activeFrom } = await issuer.rotate()
      ahead = activeFrom - now()
      // as a replica that starts now, it reads the ring and the time from the store
      issuer = join()
      await issuer.ready()
    },
    async removeOld() {
      const old = (await issuer.keys()).filter(({ state }) => state === 'retired')
      for (const { kid } of old) await issuer.retire(kid)
    },
  }
}
