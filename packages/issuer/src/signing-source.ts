import type { AuthenticatorOptions } from '@countersign/core'
import { OptionError } from '@countersign/core/toolkit'
import { publish } from './events/issuer-events.ts'
import { SIGNING_ALGORITHMS } from './keys/algorithms.ts'
import {
  keyInfo,
  publishRing,
  ringKeyFunction,
  type KeyInfo,
  type KeyPublisher,
} from './keys/published-keys.ts'
import { createRingKeeper } from './keys/ring-keeper.ts'
import { createRingMac } from './keys/ring-mac.ts'
import { readRingPolicy, type RingOptions } from './keys/ring-options.ts'
import { ringSigners } from './keys/ring-signers.ts'
import { ringText } from './keys/ring-text.ts'
import { activeKey } from './keys/ring.ts'
import { createSeal } from './keys/seal.ts'
import { readSecrets, type SecretIssuerOptions } from './options.ts'
import { signWithRing, signWithSecret, type SignPayload } from './token/signing.ts'

/** The operations that differ between the two kinds of issuers. */
export interface SigningSource extends KeyPublisher {
  readonly sign: SignPayload
  readonly verification: Pick<AuthenticatorOptions, 'secret' | 'key' | 'algorithms'>
  keys(): Promise<readonly KeyInfo[]>
  rotate(): Promise<KeyInfo>
  retire(kid: string): Promise<boolean>
  ready(): Promise<void>
}

/** The keys of an issuer with a shared secret: they are not published and do not rotate. */
export function secretSource(options: SecretIssuerOptions): SigningSource {
  const secrets = readSecrets(options)
  const unsupported = (): never => {
    throw new OptionError('secret', 'must be replaced in the options: list the new secret before the old one')
  }
  return {
    algorithm: 'HS256',
    sign: signWithSecret(secrets[0]!),
    verification: { secret: secrets, algorithms: ['HS256'] },
    publish: async () => ({ set: { keys: [] }, maxAge: 0 }),
    keys: async () => [],
    rotate: async () => unsupported(),
    retire: async () => unsupported(),
    ready: async () => {},
  }
}

/** The keys of an issuer with a ring. */
export function ringSource(
  issuer: string,
  options: RingOptions,
  maxExpiresIn: number,
  now: () => number,
): SigningSource {
  const policy = readRingPolicy(options, maxExpiresIn)
  const { signer, secret } = policy
  const seal = secret && createSeal(secret)
  const text = ringText(secret && createRingMac(secret, issuer))
  const keeper = createRingKeeper({ ...policy, issuer, seal, text, now })
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
    // While the algorithm changes, keys of the old one sign and verify too. Each key has only one algorithm.
    verification: { key: ringKeyFunction(keeper, policy), algorithms: SIGNING_ALGORITHMS },
    publish: () => publishRing(keeper, policy),
    async keys() {
      const { ring, now: time } = await keeper.newest()
      return ring.map((key) => keyInfo(ring, key, time, policy))
    },
    async rotate() {
      const key = await keeper.rotate()
      const { ring, now: time } = await keeper.current()
      return keyInfo(ring, key, time, policy)
    },
    retire: (kid) => keeper.retire(kid),
    async ready() {
      const { ring, now: time } = await keeper.current()
      await signerOf(activeKey(ring, time)!)
    },
  }
}
