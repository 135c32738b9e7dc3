import { randomBytes } from 'node:crypto'
import { createAuthenticator } from '@countersign/core'
import { subjectKey, type EndReason, type NewSession } from '@countersign/stores'
import { OptionError, optionalNumber, toBase64url } from '@countersign/core/toolkit'
import { createSessionCookies } from './cookies/session-cookies.ts'
import { about, publish } from './events.ts'
import { createHousekeeping } from './housekeeping.ts'
import { createLiveness, type Ended, type LivenessOptions } from './liveness.ts'
import { liveSessions } from './live-sessions.ts'
import { createMint, type SessionTokens } from './mint.ts'
import { MAX_SECONDS, readSessionsPolicy, type SessionsOptions } from './options.ts'
import { createRefresh } from './refresh.ts'
import { createRenewal } from './routes/renewal.ts'
import type { SessionRouteOptions } from './routes/route-options.ts'
import { createSessionRoutes } from './routes/session-routes.ts'
import { toSessionInfo, type SessionData } from './session-info.ts'
import { sessionLimit } from './session-limit.ts'
import { assertStart, assertSubject, dataOf } from './start-input.ts'
import { hashSecret, isSessionId, refreshTokens } from './token/refresh-token.ts'
import { subjectTag, tagOf } from './token/secrets.ts'
import {
  SessionLimitError,
  type ImpersonationInput,
  type RefreshInput,
  type Sessions,
  type StartInput,
  type SubjectInput,
} from './session-types.ts'
import { verificationOf, type VerificationOptions } from './verification.ts'

/**
 * For how long the end of all sessions is remembered: as long as any session may last, also one that began when
 * `absoluteTimeout` was longer.
 */
const KEEP_EPOCH = MAX_SECONDS * 1_000

/**
 * Sessions on a store. Tokens are short-lived access tokens and refresh tokens that rotate; what is in the store is
 * not enough to make either.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * const sessions = createSessions({
 *   issuer: 'https://app.example.com',
 *   origin: 'https://app.example.com',
 *   store,
 *   secrets: [secret],
 * })
 * const { accessToken, refreshToken } = await sessions.start({ subject: user.id, roles: ['member'] })
 * ```
 */
export function createSessions(options: SessionsOptions): Sessions {
  const policy = readSessionsPolicy(options)
  const { store, now = Date.now, randomBytes: random = randomBytes } = options
  const { issuer, keys, idleTimeout, absoluteTimeout, revokeFor } = policy
  const tokens = refreshTokens(issuer.issuer, keys, policy.audience)
  const mint = createMint(policy, tokens)
  const ended = new Set<(ended: Ended) => void>()
  const tell = (what: Ended): void => {
    for (const listener of ended) listener(what)
  }
  const refresh = createRefresh({ store, policy, tokens, mint, tell })
  const tidyUp = policy.prune ? createHousekeeping(store, now) : () => undefined

  /** A subject has one tag a secret: while one is being replaced, both have sessions. */
  const tagsOf = ({ subject, tenant }: SubjectInput): readonly string[] =>
    keys.map((key) => subjectTag(key, tenant, subject))

  async function endSession(sid: string, reason: EndReason): Promise<boolean> {
    const wasLive = await store.endSession(sid, reason, revokeFor)
    tell({ sid })
    if (wasLive) publish('countersign:session:revoked', { sessionId: sid, reason })
    return wasLive
  }

  /**
   * The session that a login replaces: anybody's by its refresh token, the user's own by its id, which is no secret and
   * may come from a cookie that anybody wrote. Anything else, or one that is over, is none.
   */
  async function replacedBy({ replaces, ...owner }: StartInput): Promise<string | undefined> {
    if (replaces === undefined) return undefined
    const token = tokens.read(replaces)
    const sid = typeof token === 'string' ? replaces : token.sid
    if (!isSessionId(sid)) return undefined
    if (typeof token === 'string' && !tagsOf(owner).includes(tagOf(sid))) return undefined
    return (await store.checkSession(tagOf(sid), sid)).state === 'live' ? sid : undefined
  }

  /** A row to be, under the tag of the current secret, and the session's own secret. */
  function newSession(
    { subject, tenant, clientId = policy.clientId, keyThumbprint, device, ip }: StartInput,
    data: SessionData,
  ): { readonly session: NewSession; readonly secret: string } {
    const sid = `${subjectTag(keys[0]!, tenant, subject)}.${toBase64url(random(16))}`
    const secret = toBase64url(random(16))
    const bound = { clientId, jkt: keyThumbprint, secretHash: hashSecret(secret) }
    const user = { subject, tenant, issuer: issuer.issuer, provider: undefined, device, ip }
    return { session: { sid, ...user, ...bound, data: JSON.stringify(data) }, secret }
  }

  async function start(input: StartInput): Promise<SessionTokens> {
    assertStart(input)
    const { session: row, secret } = newSession(input, dataOf(input, now()))
    const replaces = await replacedBy(input)
    const { limit, evicted } = await sessionLimit(store, policy, tagsOf(input), replaces)
    for (const other of evicted) await endSession(other, 'evicted')
    const created = await store.createSession({
      session: row,
      idleTimeout,
      absoluteTimeout,
      revokeFor,
      since: undefined,
      limit,
      overLimit: policy.overLimit,
      replaces,
    })
    const { session } = created
    if (session === undefined) throw new SessionLimitError()
    for (const other of created.evicted) announceEnd(other, 'evicted')
    // Of the same tag, the store ended it with the creation. Of another one, nobody did yet.
    if (replaces !== undefined && tagOf(replaces) === tagOf(session.sid)) announceEnd(replaces, 'replaced')
    else if (replaces !== undefined) await endSession(replaces, 'replaced')
    const all = [...evicted, ...created.evicted]
    publish('countersign:session:created', { ...about(session), ip: input.ip, evicted: all })
    try {
      return mint.complete(await mint.access(session, created.now), session, secret)
    } catch (error) {
      // Nobody will ever have its tokens.
      await endSession(session.sid, 'revoked').catch(() => undefined)
      throw error
    }
  }

  /** Raises the epochs of all tags, even if one fails: what could be ended is. */
  async function endAll(owner: Parameters<Sessions['endAll']>[0]): Promise<number> {
    const except = isSessionId(owner.except) ? owner.except : undefined
    const raise = async (tag: string, exceptSid?: string, keptElsewhere?: string) => {
      const input = { subjectTag: tag, keepFor: KEEP_EPOCH, issuer: issuer.issuer, key: subjectKey(owner) }
      const raised = await store.raiseEpoch({ ...input, revokeFor, exceptSid, keptElsewhere })
      tell({ tag })
      return raised
    }
    const own = tagsOf(owner).filter((tag) => except !== undefined && tagOf(except) === tag)
    // First where the excepted session is: only if it was live there may the log except it.
    const first = await Promise.allSettled(own.map((tag) => raise(tag, except)))
    const isKept = first.some((one) => one.status === 'fulfilled' && one.value.kept)
    const others = tagsOf(owner).filter((tag) => !own.includes(tag))
    const rest = others.map((tag) => raise(tag, undefined, isKept ? except : undefined))
    const all = [...first, ...(await Promise.allSettled(rest))]
    const failed = all.find((one) => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return Math.max(...all.map((one) => (one.status === 'fulfilled' ? one.value.epoch : 0)))
  }

  function announceEnd(sid: string, reason: EndReason): void {
    tell({ sid })
    publish('countersign:session:revoked', { sessionId: sid, reason })
  }

  const sessions: Sessions = Object.freeze({
    async start(input: StartInput) {
      const started = await start(input)
      tidyUp()
      return started
    },
    refresh: (refreshToken: string, input?: RefreshInput) => refresh(refreshToken, input),
    async end(refreshToken: string) {
      const token = tokens.read(refreshToken)
      return typeof token === 'string' ? false : endSession(token.sid, 'logout')
    },
    async revoke(sessionId: string, owner: SubjectInput) {
      assertSubject(owner)
      const isTheirs = isSessionId(sessionId) && tagsOf(owner).includes(tagOf(sessionId))
      return isTheirs ? endSession(sessionId, 'revoked') : false
    },
    async endAll(owner: Parameters<Sessions['endAll']>[0]) {
      assertSubject(owner)
      const { subject, tenant } = owner
      publish('countersign:session:all-revoked', { subject, tenant, epoch: await endAll(owner) })
    },
    async list(owner: SubjectInput) {
      assertSubject(owner)
      const found = await liveSessions(store, tagsOf(owner))
      return found.map(toSessionInfo).toSorted((a, b) => b.createdAt - a.createdAt)
    },
    async impersonate(input: ImpersonationInput) {
      assertStart(input)
      const seconds = optionalNumber(input, 'expiresIn', { default: 300, min: 1, max: 900, unit: 'seconds' })
      const actor: unknown = input.actor?.subject
      if (typeof actor !== 'string' || actor === '')
        throw new OptionError('actor', 'is required: { subject } of who acts')
      // A session that nobody can refresh: it is in the user's list, and ends as any other.
      const { session: row, now: time } = await store.createSession({
        session: newSession(input, { ...dataOf(input, now()), actor }).session,
        idleTimeout: Math.round(seconds * 1_000),
        absoluteTimeout: Math.round(seconds * 1_000),
        revokeFor,
        since: undefined,
        limit: undefined,
        overLimit: 'evict',
        replaces: undefined,
      })
      const { accessToken, tokenId, accessTokenExpiresAt, session } = await mint.access(row!, time)
      const told = { sessionId: session.id, subject: input.subject, actor, tokenId }
      publish('countersign:session:impersonated', { ...told, expiresAt: accessTokenExpiresAt })
      return { accessToken, tokenId, accessTokenExpiresAt, session }
    },
    async recover({ since }: { readonly since: Date }) {
      const time = since instanceof Date ? since.getTime() : Number.NaN
      if (Number.isNaN(time))
        throw new OptionError('since', 'must be a valid Date: when the backup was taken')
      const count = await store.recoverSessions(time, revokeFor)
      tell('all')
      publish('countersign:session:recovered', { since: time, sessions: count })
      return count
    },
    cookies(started: SessionTokens) {
      if (policy.cookie === undefined) throw new OptionError('origin', 'is required for cookies')
      return createSessionCookies(policy).write(started, now())
    },
    liveness: (liveness?: LivenessOptions) =>
      createLiveness({ store, issuer: issuer.issuer, tagsOf, now, ended }, liveness),
    verification(verification?: VerificationOptions) {
      return verificationOf(policy, (livenessOptions) => sessions.liveness(livenessOptions), verification)
    },
    routes(routes: SessionRouteOptions) {
      return createSessionRoutes({ sessions, start, tidyUp, refresh, policy, tokens, now }, routes)
    },
    renewal() {
      const authenticator = createAuthenticator({ ...sessions.verification({ liveness: false }), now })
      return createRenewal(refresh, policy, authenticator, now)
    },
  })
  return sessions
}
