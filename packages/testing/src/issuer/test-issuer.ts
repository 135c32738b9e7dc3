import { OptionError } from '@countersign/core/toolkit'
import type { FakeClock } from '../clock.ts'
import { assertTokenInput, badTokens, type BadTokens, type TestTokenInput } from './bad-tokens.ts'
import { environmentOf, type TestEnvironment } from './environment.ts'
import { openKeyAccess, type TestVerification } from './key-access.ts'
import { readTestIssuerOptions, type TestIssuerOptions } from './options.ts'
import { OUTAGE_KINDS, type OutageKind } from './outage.ts'

/** An issuer for the tests of a server: good tokens, bad ones, keys that rotate, outages. */
export interface TestIssuer extends BadTokens {
  /** `iss`. */
  readonly issuer: string
  /** `aud`. */
  readonly audience: string | readonly string[]
  /** Where the key set is. Without `listen` nobody answers there; with HS256 there is none. */
  readonly jwksUri: string | undefined
  /**
   * To be spread into `jwtAuth()` or `createAuthenticator()`. With `listen`, keys are then fetched and kept as in
   * production; without, each request looks its key up in memory, so that every change holds at once.
   */
  readonly options: TestVerification
  /** The clock that was given. */
  readonly clock: FakeClock | undefined
  /**
   * How often keys were asked for: with `listen`, requests of the key set; without, look-ups. With HS256 it stays 0.
   */
  readonly requests: number
  /** A good access token (RFC 9068) that lives for ten minutes. @throws `TypeError` naming what is wrong with the input */
  token(input?: TestTokenInput): Promise<string>
  /** The same as the value of an `Authorization` header: `Bearer …`. */
  bearer(input?: TestTokenInput): Promise<string>
  /** The same as the value of a `Cookie` header. @param name default `__Host-access`, as the option `cookie: true` reads */
  cookie(input?: TestTokenInput, name?: string): Promise<string>
  /**
   * Variables for an application that reads its options from the environment: `JWT_ISSUER`, `JWT_AUDIENCE` and what leads
   * it to the keys. Without `listen` that is `JWT_PUBLIC_KEY`, the key that signs now, or `JWT_SECRET` with HS256. No
   * variable holds a clock: such an application lives by the time of its machine.
   */
  env(): Promise<TestEnvironment>
  /** Lets a new key sign at once. Tokens of the old one are good until `removeOldKeys()`. */
  rotateKeys(): Promise<void>
  /** Takes all keys but the one that signs out of the key set. */
  removeOldKeys(): Promise<void>
  /** Puts the keys out of reach. Default `refuse`; without `listen`, look-ups reject at once, or hang. */
  goOffline(kind?: OutageKind): Promise<void>
  /** Ends what `goOffline()` began. */
  goOnline(): Promise<void>
  /** Stops listening. To be called where the tests end; harmless without `listen`. */
  close(): Promise<void>
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * An issuer for tests. It is the issuer of `@countersign/issuer` with its keys in memory; with `listen` it serves them on
 * loopback, for discovery and key fetches as in production.
 *
 * @throws `OptionError` naming the option and the remedy, also where `NODE_ENV` is `production`
 * @example
 * ```ts
 * const idp = await createTestIssuer()
 * const authenticator = createAuthenticator({ ...idp.options })
 * const outcome = await authenticator.authenticateToken(await idp.token({ subject: 'alice', scope: 'orders:read' }))
 * const refused = await authenticator.authenticateToken(await idp.expired())
 * ```
 */
export async function createTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const settings = readTestIssuerOptions(options)
  const access = await openKeyAccess(settings)
  const { keys, requests, goOffline, goOnline, close } = access
  const { issuer } = keys.issuer()
  const { audience, algorithm, now } = settings

  async function token(input: TestTokenInput = {}): Promise<string> {
    assertTokenInput(input)
    const subject = input.subject ?? 'user-1'
    const claims = { ...settings.claims, ...input.claims }
    return (await keys.issuer().accessToken({ ...input, subject, claims })).token
  }

  try {
    // what is wrong with the defaults of tokens is said here, not by the first test
    await token()
  } catch (error) {
    await close()
    throw error
  }
  return Object.freeze<TestIssuer>({
    ...badTokens({ algorithm, now, token, active: keys.active }),
    issuer,
    audience,
    jwksUri: access.jwksUri,
    options: Object.freeze({ issuer, audience, now, ...access.verification }),
    clock: options.clock,
    get requests() {
      return requests()
    },
    token,
    bearer: async (input) => `Bearer ${await token(input)}`,
    cookie: async (input, name = '__Host-access') => `${name}=${await token(input)}`,
    env: () => environmentOf(issuer, audience, access),
    rotateKeys: keys.rotate,
    removeOldKeys: keys.removeOld,
    async goOffline(kind = 'refuse') {
      if (!OUTAGE_KINDS.includes(kind))
        throw new OptionError('kind', `must be one of ${OUTAGE_KINDS.join(', ')}`)
      await goOffline(kind)
    },
    goOnline,
    close,
    [Symbol.asyncDispose]: close,
  })
}
