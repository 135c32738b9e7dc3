import { createHmac } from 'node:crypto'
import { argumentFault, assertNames, OptionError, type NamesOf } from '@countersign/core/toolkit'
import type { AccessTokenInput, IssuerAlgorithm } from '@countersign/issuer'
import { newTestKey, type TestKey } from './test-key.ts'
import { readToken, toSegment, type Members, type TokenParts } from './token-parts.ts'

/** Content of a token of the test issuer: as for `issuer.accessToken()`, but everything has a default. */
export interface TestTokenInput extends Omit<AccessTokenInput, 'subject'> {
  /** `sub`: the user or service of the token. Default `user-1`. */
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

/** Validates the names of an input; the issuer validates the values. @throws `TypeError` */
export function assertTokenInput(input: TestTokenInput): void {
  assertNames<TestTokenInput>(input, TOKEN_NAMES, 'input', tokenFault)
}

/** Header and payload of any token. */
export interface RawTokenInput {
  /** Members that are added to a valid header, or replace its own; `undefined` removes one. Or the whole text, JSON or not. */
  readonly header?: Members | string | undefined
  /** The same for the payload. */
  readonly payload?: Members | string | undefined
}

const RAW_NAMES = { header: true, payload: true } as const satisfies NamesOf<RawTokenInput>
const rawFault = argumentFault('raw')

/** Tokens that a server must reject. Each is a valid token for the same input, except for one fault. */
export interface BadTokens {
  /** Expired an hour ago. Rejected with `token_expired`. */
  expired(input?: TestTokenInput): Promise<string>
  /** Becomes valid in an hour (`nbf`). Rejected with `token_not_yet_valid`. */
  notYetValid(input?: TestTokenInput): Promise<string>
  /** Without `exp`. Rejected with `claim_missing`. */
  withoutExpiry(input?: TestTokenInput): Promise<string>
  /** For another server (`aud`). Rejected with `claim_mismatch`. */
  wrongAudience(input?: TestTokenInput): Promise<string>
  /** From another issuer (`iss`). Rejected with `claim_mismatch`. */
  wrongIssuer(input?: TestTokenInput): Promise<string>
  /** An ID token (OpenID Connect Core 1.0 section 2) of the same user. Rejected with `token_type_wrong`. */
  idToken(input?: TestTokenInput): Promise<string>
  /** Not signed: `alg` is `none` (RFC 7519 section 6). Rejected with `token_malformed`, since it has no signature. */
  unsigned(input?: TestTokenInput): Promise<string>
  /** Its subject was changed after it was signed. Rejected with `signature_invalid`. */
  tampered(input?: TestTokenInput): Promise<string>
  /** Signed with another key, but with the `kid` of the issuer's key. Rejected with `signature_invalid`. */
  wrongKey(input?: TestTokenInput): Promise<string>
  /** Signed with another key, with that key's `kid`. Rejected with `key_unknown`; with HS256, `signature_invalid`. */
  unknownKey(input?: TestTokenInput): Promise<string>
  /** Signed with another key, which is in the header (`jwk`). Rejected like `unknownKey()`. */
  embeddedKey(input?: TestTokenInput): Promise<string>
  /**
   * Signed by HMAC, with the issuer's public key (PEM) as the secret (RFC 8725 section 2.1). Rejected with
   * `algorithm_not_allowed`. The promise rejects if the issuer itself signs with HS256.
   */
  hmacWithPublicKey(input?: TestTokenInput): Promise<string>
  /**
   * Any token, signed with the active key: for claims of other issuers, or for malformed tokens.
   */
  raw(input: RawTokenInput): Promise<string>
}

/** The source of bad tokens. */
export interface TokenSource {
  readonly algorithm: IssuerAlgorithm
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Issues a valid token. */
  readonly token: (input?: TestTokenInput) => Promise<string>
  /** The active key. */
  readonly active: () => Promise<TestKey>
}

const HOUR = 3_600

/** Ways to make a bad token from a valid one. */
interface Builders {
  /** Changes the payload of a valid token, then signs it. */
  readonly withPayload: (change: () => Members) => (input?: TestTokenInput) => Promise<string>
  /** Signs a valid token with another key. */
  readonly withOtherKey: (
    change: (header: Members, key: TestKey) => Members,
  ) => (input?: TestTokenInput) => Promise<string>
  /** Makes another token from the parts of a valid token. */
  readonly rebuilt: (
    build: (parts: TokenParts) => string | Promise<string>,
  ) => (input?: TestTokenInput) => Promise<string>
}

function createBuilders({ algorithm, token, active }: TokenSource): Builders {
  let otherKey: Promise<TestKey> | undefined
  return {
    withPayload: (change) => async (input) => {
      const { header, payload } = readToken(await token(input))
      return signed(await active(), header, { ...payload, ...change() })
    },
    withOtherKey: (change) => async (input) => {
      const { header, payload } = readToken(await token(input))
      const key = await (otherKey ??= newTestKey(algorithm))
      return signed(key, change(header, key), payload)
    },
    rebuilt: (build) => async (input) => build(readToken(await token(input))),
  }
}

/** The bad tokens of an issuer. */
export function badTokens(source: TokenSource): BadTokens {
  const { now, token, active } = source
  const { withPayload, withOtherKey, rebuilt } = createBuilders(source)
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
    wrongKey: withOtherKey((header) => header),
    unknownKey: withOtherKey((header, { kid = 'another-key' }) => ({ ...header, kid })),
    embeddedKey: withOtherKey((header, { kid = 'another-key', publicJwk, secret }) => {
      const jwk = publicJwk ?? { kty: 'oct', k: Buffer.from(secret!).toString('base64url') }
      return { ...header, kid, jwk }
    }),
    hmacWithPublicKey: rebuilt(async ({ header, payload }) => {
      const { publicPem } = await active()
      if (publicPem === undefined)
        throw new OptionError(
          'algorithm',
          'is HS256, which has no public key: use another algorithm in this test',
        )
      const text = `${toSegment({ ...header, alg: 'HS256' })}.${toSegment(payload)}`
      return `${text}.${createHmac('sha256', publicPem).update(text, 'latin1').digest('base64url')}`
    }),
    async raw(input) {
      assertNames<RawTokenInput>(input, RAW_NAMES, 'input', rawFault)
      const { header, payload } = input
      const valid = readToken(await token())
      const merge = (own: Members | string = {}, base: Members): Members | string =>
        typeof own === 'string' ? own : { ...base, ...own }
      return signed(await active(), merge(header, valid.header), merge(payload, valid.payload))
    },
  }
}

function signed(key: TestKey, header: Members | string, payload: Members | string): string {
  const text = `${toSegment(header)}.${toSegment(payload)}`
  return `${text}.${Buffer.from(key.sign(text)).toString('base64url')}`
}
