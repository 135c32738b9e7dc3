import { createHmac } from 'node:crypto'
import { argumentFault, assertNames, OptionError, type NamesOf } from '@countersign/core/toolkit'
import type { AccessTokenInput, IssuerAlgorithm } from '@countersign/issuer'
import { newTestKey, type TestKey } from './test-key.ts'
import { readToken, toSegment, type Members, type TokenParts } from './token-parts.ts'

/** What a token of the test issuer says: as with `issuer.accessToken()`, but everything has a default. */
export interface TestTokenInput extends Omit<AccessTokenInput, 'subject'> {
  /** `sub`: whom the token is about. Default `user-1`. */
  readonly subject?: string | undefined
}

const TOKEN_NAMES = {
  subject: true,
  audience: true,
  clientId: true,
  scope: true,
  roles: true,
  claims: true,
  expiresIn: true,
  authTime: true,
  acr: true,
  amr: true,
  actor: true,
  sessionId: true,
  epoch: true,
  keyThumbprint: true,
} as const satisfies NamesOf<TestTokenInput>
const tokenFault = argumentFault('token')

/** Checks the names of an input; what they hold, the issuer checks. @throws `TypeError` */
export function assertTokenInput(input: TestTokenInput): void {
  assertNames<TestTokenInput>(input, TOKEN_NAMES, 'input', tokenFault)
}

/** A token of whatever shape. */
export interface RawTokenInput {
  /** Members on top of those of a good header, where `undefined` removes one; or the whole text, JSON or not. */
  readonly header?: Members | string | undefined
  /** The same of the payload. */
  readonly payload?: Members | string | undefined
}

const RAW_NAMES = { header: true, payload: true } as const satisfies NamesOf<RawTokenInput>
const rawFault = argumentFault('raw')

/** Tokens that a server must refuse. Each is a good one, of the same input, but for one thing. */
export interface BadTokens {
  /** It expired an hour ago. Refused as `token_expired`. */
  expired(input?: TestTokenInput): Promise<string>
  /** It is good from an hour ahead on (`nbf`). Refused as `token_not_yet_valid`. */
  notYetValid(input?: TestTokenInput): Promise<string>
  /** It has no `exp`. Refused as `claim_missing`. */
  withoutExpiry(input?: TestTokenInput): Promise<string>
  /** It is for another server (`aud`). Refused as `claim_mismatch`. */
  wrongAudience(input?: TestTokenInput): Promise<string>
  /** It says that somebody else issued it (`iss`). Refused as `claim_mismatch`. */
  wrongIssuer(input?: TestTokenInput): Promise<string>
  /** An ID token (OpenID Connect Core 1.0 section 2) of the same user. Refused as `token_type_wrong`. */
  idToken(input?: TestTokenInput): Promise<string>
  /** Not signed: `alg` is `none` (RFC 7519 section 6). Refused as `token_malformed`, since it has no signature. */
  unsigned(input?: TestTokenInput): Promise<string>
  /** Its subject was changed after it was signed. Refused as `signature_invalid`. */
  tampered(input?: TestTokenInput): Promise<string>
  /** Somebody else's key signed it, in the name of ours. Refused as `signature_invalid`. */
  wrongKey(input?: TestTokenInput): Promise<string>
  /** Somebody else's key signed it, in its own name. Refused as `key_unknown`; with HS256, as `signature_invalid`. */
  unknownKey(input?: TestTokenInput): Promise<string>
  /** Somebody else's key signed it, and its header brings that key along (`jwk`). Refused as `unknownKey()` is. */
  embeddedKey(input?: TestTokenInput): Promise<string>
  /**
   * Our public key, as PEM, taken for a shared secret (RFC 8725 section 2.1). Refused as `algorithm_not_allowed`.
   * Rejects where the issuer itself signs with HS256.
   */
  hmacWithPublicKey(input?: TestTokenInput): Promise<string>
  /**
   * A token of whatever shape, signed by the key that signs now: for claims that other issuers have, or for nonsense.
   */
  raw(input: RawTokenInput): Promise<string>
}

/** What bad tokens are made of. */
export interface TokenSource {
  readonly algorithm: IssuerAlgorithm
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** A good token. */
  readonly token: (input?: TestTokenInput) => Promise<string>
  /** The key that signs now. */
  readonly active: () => Promise<TestKey>
}

const HOUR = 3_600

/** Ways to make a bad token of a good one. */
interface Builders {
  /** A good token whose payload is changed before it is signed. */
  readonly withPayload: (change: () => Members) => (input?: TestTokenInput) => Promise<string>
  /** A good token that another key signed. */
  readonly byStranger: (
    change: (header: Members, key: TestKey) => Members,
  ) => (input?: TestTokenInput) => Promise<string>
  /** A good token whose parts are put together in another way. */
  readonly rebuilt: (
    build: (parts: TokenParts) => string | Promise<string>,
  ) => (input?: TestTokenInput) => Promise<string>
}

function createBuilders({ algorithm, token, active }: TokenSource): Builders {
  let stranger: Promise<TestKey> | undefined
  return {
    withPayload: (change) => async (input) => {
      const { header, payload } = readToken(await token(input))
      return signed(await active(), header, { ...payload, ...change() })
    },
    byStranger: (change) => async (input) => {
      const { header, payload } = readToken(await token(input))
      const key = await (stranger ??= newTestKey(algorithm))
      return signed(key, change(header, key), payload)
    },
    rebuilt: (build) => async (input) => build(readToken(await token(input))),
  }
}

/** The bad tokens of an issuer. */
export function badTokens(source: TokenSource): BadTokens {
  const { now, token, active } = source
  const { withPayload, byStranger, rebuilt } = createBuilders(source)
  const seconds = (): number => Math.floor(now() / 1_000)

  return {
    expired: withPayload(() => ({ iat: seconds() - 2 * HOUR, exp: seconds() - HOUR })),
    notYetValid: withPayload(() => ({ nbf: seconds() + HOUR, exp: seconds() + 2 * HOUR })),
    withoutExpiry: withPayload(() => ({ exp: undefined })),
    wrongAudience: withPayload(() => ({ aud: 'https://another-api.test' })),
    wrongIssuer: withPayload(() => ({ iss: 'https://another-idp.test' })),
    idToken: rebuilt(async ({ header, payload: { iss, sub, aud, exp, iat, client_id: azp } }) =>
      signed(
        await active(),
        { ...header, typ: 'JWT' },
        { iss, sub, aud, azp, exp, iat, nonce: 'n-0S6_WzA2Mj', at_hash: '77QmUPtjPfzWtF2AnpK9RQ' },
      ),
    ),
    unsigned: rebuilt(({ payload }) => `${toSegment({ alg: 'none', typ: 'at+jwt' })}.${toSegment(payload)}.`),
    tampered: rebuilt(
      ({ header, payload, signature }) =>
        `${toSegment(header)}.${toSegment({ ...payload, sub: 'somebody-else' })}.${signature}`,
    ),
    wrongKey: byStranger((header) => header),
    unknownKey: byStranger((header, { kid = 'another-key' }) => ({ ...header, kid })),
    embeddedKey: byStranger((header, { kid = 'another-key', publicJwk, secret }) => {
      const jwk = publicJwk ?? { kty: 'oct', k: Buffer.from(secret!).toString('base64url') }
      return { ...header, kid, jwk }
    }),
    hmacWithPublicKey: rebuilt(async ({ header, payload }) => {
      const { publicPem } = await active()
      if (publicPem === undefined)
        throw new OptionError('algorithm', 'is HS256: there is no public key to be mistaken for a secret')
      const text = `${toSegment({ ...header, alg: 'HS256' })}.${toSegment(payload)}`
      return `${text}.${createHmac('sha256', publicPem).update(text, 'latin1').digest('base64url')}`
    }),
    async raw(input) {
      assertNames<RawTokenInput>(input, RAW_NAMES, 'input', rawFault)
      const { header, payload } = input
      const good = readToken(await token())
      const onTop = (own: Members | string = {}, under: Members): Members | string =>
        typeof own === 'string' ? own : { ...under, ...own }
      return signed(await active(), onTop(header, good.header), onTop(payload, good.payload))
    },
  }
}

function signed(key: TestKey, header: Members | string, payload: Members | string): string {
  const text = `${toSegment(header)}.${toSegment(payload)}`
  return `${text}.${Buffer.from(key.sign(text)).toString('base64url')}`
}
