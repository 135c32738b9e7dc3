import { OptionError } from '@countersign/core/toolkit'
import type { FakeClock } from '../clock.ts'
import { assertTokenInput, badTokens, type BadTokens, type TestTokenInput } from './bad-tokens.ts'
import { environmentOf, type TestEnvironment } from './environment.ts'
import { openKeyAccess, type TestVerification } from './key-access.ts'
import { readTestIssuerOptions, type TestIssuerOptions } from './options.ts'
import { OUTAGE_KINDS, type OutageKind } from './outage.ts'

/** An issuer for the tests of a server: valid tokens, bad tokens, rotating keys, outages. */
export interface TestIssuer extends BadTokens {
  /** `iss`. */
  readonly issuer: string
  /** `aud`. */
  readonly audience: string | readonly string[]
  /** Address of the key set. Without `listen` no server answers there; `undefined` with HS256. */
  readonly jwksUri: string | undefined
  /**
   * Options to spread into `jwtAuth()` or `createAuthenticator()`. With `listen`, the server fetches and caches keys as in
   * production. Without, each request reads its key from memory, so every change has effect at once.
   */
  readonly options: TestVerification
  /** The clock of the options. */
  readonly clock: FakeClock | undefined
  /**
   * How often keys were requested: with `listen`, the requests of the key set; without, the look-ups. With HS256 it stays 0.
   */
  readonly requests: number
  /** Issues a valid access token (RFC 9068) with a lifetime of ten minutes. @throws `TypeError` naming the wrong part of the input */
  token(input?: TestTokenInput): Promise<string>
  /** The same, as the value of an `Authorization` header: `Bearer …`. */
  bearer(input?: TestTokenInput): Promise<string>
  /** The same, as the value of a `Cookie` header. @param name default `__Host-access`, which the option `cookie: true` reads */
  cookie(input?: TestTokenInput, name?: string): Promise<string>
  /**
   * Variables for an application that reads its options from the environment: `JWT_ISSUER`, `JWT_AUDIENCE` and, if needed, one
   * for the keys. Without `listen` that is `JWT_PUBLIC_KEY`, the active key, or `JWT_SECRET` with HS256. No variable
   * contains a clock: such an application uses the time of its machine.
   */
  env(): Promise<TestEnvironment>
  /** Makes a new key that signs at once. Tokens of the old key stay valid until `removeOldKeys()`. */
  rotateKeys(): Promise<void>
  /** Removes all keys except the active one from the key set. */
  removeOldKeys(): Promise<void>
  /** Makes the keys unavailable. Default `refuse`. Without `listen`, look-ups reject at once, or hang. */
  goOffline(kind?: OutageKind): Promise<void>
  /** Ends the outage. */
  goOnline(): Promise<void>
  /** Stops listening. Call it at the end of the tests; it does no harm without `listen`. */
  close(): Promise<void>
  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Creates an issuer for tests: the issuer of `@countersign/issuer` with its keys in memory. With `listen` it serves them on
 * loopback, for discovery and key fetches as in production.
 *
 * @throws `OptionError` naming the option and the remedy, also if `NODE_ENV` is `production`
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
    // reports wrong defaults of tokens here, not in the first test
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
