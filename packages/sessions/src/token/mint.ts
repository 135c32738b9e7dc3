import type { SessionRecord } from '@countersign/stores'
import {
  argumentFault,
  assertNames,
  assertNamesWithin,
  faultWithin,
  kindOf,
  type NamesOf,
} from '@countersign/core/toolkit'
import { assertSessionInfo, toSessionInfo, type SessionInfo } from '../session/session-info.ts'
import { assertNoTenant } from '../session/subject.ts'
import type { RefreshTokens } from './refresh-token.ts'
import type { SessionClaims, TokenPolicy } from './token-options.ts'

/** An access token of a session. */
export interface SessionAccess {
  readonly accessToken: string
  /** `jti`. */
  readonly tokenId: string
  /** Milliseconds since the epoch. */
  readonly accessTokenExpiresAt: number
  /** The scope in the token. */
  readonly scope: readonly string[]
  readonly roles: readonly string[]
  readonly session: SessionInfo
}

/** The result of a login or a refresh. */
export interface SessionTokens extends SessionAccess {
  readonly refreshToken: string
  /** When the refresh token expires, if the session's idle expiry is not earlier. Milliseconds since the epoch. */
  readonly refreshTokenExpiresAt: number
}

const TOKENS_NAMES = {
  accessToken: true,
  tokenId: true,
  accessTokenExpiresAt: true,
  scope: true,
  roles: true,
  session: true,
  refreshToken: true,
  refreshTokenExpiresAt: true,
} as const satisfies NamesOf<SessionTokens>

/** Checks that an input is the result of `start()` or `refresh()`. @throws `TypeError` naming the member */
export function assertTokens(tokens: SessionTokens): void {
  const fault = argumentFault('cookies')
  assertNames<SessionTokens>(tokens, TOKENS_NAMES, 'tokens', fault)
  for (const name of ['accessToken', 'refreshToken'] as const) {
    if (typeof tokens[name] === 'string') continue
    const remedy = 'pass the result of start(), or "tokens" from the result of refresh()'
    throw fault(name, `must be a string, got ${kindOf(tokens[name])}: ${remedy}`)
  }
  assertSessionInfo(tokens.session, fault)
}

/** Creates the tokens of a session from its current row. `now` is the store's clock. */
export interface Mint {
  access(row: SessionRecord, now: number): Promise<SessionAccess>
  /** @param secret the session's secret: it and the row determine the refresh token; the access token is new each time */
  complete(access: SessionAccess, row: SessionRecord, secret: string): SessionTokens
}

/** Creates the maker of session tokens. */
export function createMint(policy: TokenPolicy, refresh: RefreshTokens): Mint {
  async function access(row: SessionRecord, now: number): Promise<SessionAccess> {
    const session = toSessionInfo(row)
    const says = await claimsOf(policy, session)
    const { token, tokenId, expiresAt } = await policy.issuer.accessToken({
      subject: row.subject,
      audience: policy.audience,
      clientId: row.clientId ?? policy.clientId,
      ...says,
      expiresIn: lifetime(policy, row, now),
      // An actor did not sign in as the subject: no guard may treat this as a fresh or strong login.
      ...(session.actor === undefined
        ? { authTime: session.authTime, acr: session.acr, amr: session.amr }
        : { actor: { subject: session.actor } }),
      sessionId: row.sid,
      epoch: row.epoch,
      keyThumbprint: row.jkt,
    })
    const { scope, roles } = says
    return { accessToken: token, tokenId, accessTokenExpiresAt: expiresAt, scope, roles, session }
  }

  return {
    access,
    complete(made, row, secret) {
      const exp = Math.floor(row.absoluteExpiresAt / 1_000)
      const refreshToken = refresh.write({ sid: row.sid, secret, gen: row.gen, exp })
      const session = toSessionInfo(row)
      return Object.freeze({ ...made, session, refreshToken, refreshTokenExpiresAt: exp * 1_000 })
    },
  }
}

const CLAIMS_NAMES = { roles: true, scope: true, claims: true } as const satisfies NamesOf<SessionClaims>
/** What the option `claims` returned. */
const RESULT = 'claims()'

/**
 * The claims from the session's start, or the current ones from the application; never more scope. An actor gets no
 * additional roles either: it can only do what was requested for it.
 */
async function claimsOf(
  { claims }: TokenPolicy,
  session: SessionInfo,
): Promise<Pick<SessionInfo, 'scope' | 'roles' | 'claims'>> {
  const current = claims === undefined ? {} : await claims(session)
  const { tenant, actor } = session
  // A misspelled name would silently keep the roles of the start.
  assertNamesWithin<SessionClaims>(current, CLAIMS_NAMES, RESULT)
  assertNoTenant(current.claims, faultWithin(RESULT))
  return {
    scope: current.scope?.filter((name) => session.scope.includes(name)) ?? session.scope,
    roles:
      current.roles?.filter((name) => actor === undefined || session.roles.includes(name)) ?? session.roles,
    claims: { ...(current.claims ?? session.claims), ...(tenant === undefined ? undefined : { tenant }) },
  }
}

/**
 * In seconds. An access token never outlives its session; neither does the refresh token (RFC 10017 section 6.3.2.3).
 */
function lifetime({ expiresIn }: TokenPolicy, row: SessionRecord, now: number): number {
  const left = Math.floor((row.idleExpiresAt - now) / 1_000)
  return Math.max(1, Math.min(expiresIn, left))
}
