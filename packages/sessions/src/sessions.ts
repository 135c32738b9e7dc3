import { randomBytes } from 'node:crypto'
import { createAuthenticator } from '@countersign/core'
import type { EndReason, NewSession, RotateResult } from '@countersign/core/stores'
import { OptionError, optionalNumber, toBase64url } from '@countersign/core/toolkit'
import { publish } from './events.ts'
import { createLiveness, type LivenessOptions } from './liveness.ts'
import { createMint, type SessionTokens } from './mint.ts'
import { readSessionsPolicy, type SessionsOptions } from './options.ts'
import type { SessionRouteOptions } from './routes/route-options.ts'
import { createRenewal } from './routes/renewal.ts'
import { createSessionRoutes } from './routes/session-routes.ts'
import { toSessionInfo, type SessionData } from './session-info.ts'
import { hashSecret, refreshTokens } from './token/refresh-token.ts'
import { subjectTag, tagOf } from './token/secrets.ts'
import {
  SessionLimitError,
  type ImpersonationInput,
  type RefreshInput,
  type RefreshRefusal,
  type RefreshResult,
  type Sessions,
  type StartInput,
  type SubjectInput,
} from './session-types.ts'
import { verificationOf, type VerificationOptions } from './verification.ts'

/** Ended for good: the client may forget its token. */
const DEFINITIVE: ReadonlySet<RefreshRefusal> = new Set(['unknown', 'revoked', 'expired', 'reused'])

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
  const { issuer, keys, idleTimeout, absoluteTimeout } = policy
  const tokens = refreshTokens(issuer.issuer, keys)
  const mint = createMint(policy, tokens)
  const ended = new Set<(ended: { readonly sid: string } | { readonly tag: string }) => void>()
  const tell = (what: { readonly sid: string } | { readonly tag: string }): void => {
    for (const listener of ended) listener(what)
  }

  /** A subject has one tag a secret: while one is being replaced, both have sessions. */
  const tagsOf = ({ subject, tenant }: SubjectInput): readonly string[] =>
    keys.map((key) => subjectTag(key, tenant, subject))

  async function endSession(sid: string, reason: EndReason): Promise<boolean> {
    const wasLive = await store.endSession(sid, reason)
    tell({ sid })
    if (wasLive) publish('countersign:session:revoked', { sessionId: sid, reason })
    return wasLive
  }

  /** The session that a login replaces, by its id or its refresh token. Anything else is none. */
  function sidOf(text: string | undefined): string | undefined {
    if (text === undefined) return undefined
    const token = tokens.read(text)
    if (typeof token !== 'string') return token.sid
    return /^[\w-]{22}\.[\w-]{22}$/.test(text) ? text : undefined
  }

  /** How many sessions the subject has under the tags of earlier secrets: they count too. */
  async function limitOf(owner: SubjectInput): Promise<number | undefined> {
    if (policy.maxSessions === undefined || keys.length === 1) return policy.maxSessions
    const others = await Promise.all(
      tagsOf(owner)
        .slice(1)
        .map((tag) => store.listSessions(tag)),
    )
    const elsewhere = others.reduce((sum, { sessions }) => sum + sessions.length, 0)
    if (policy.overLimit === 'deny' && elsewhere >= policy.maxSessions) throw new SessionLimitError()
    return Math.max(1, policy.maxSessions - elsewhere)
  }

  /** A row to be, under the tag of the current secret, and the session's own secret. */
  function newSession(
    { subject, tenant, clientId = policy.clientId, keyThumbprint, device, ip }: StartInput,
    data: SessionData,
  ): { readonly session: NewSession; readonly secret: string } {
    const sid = `${subjectTag(keys[0]!, tenant, subject)}.${toBase64url(random(16))}`
    const secret = toBase64url(random(16))
    const bound = { clientId, jkt: keyThumbprint, secretHash: hashSecret(secret) }
    return { session: { sid, subject, tenant, ...bound, device, ip, data: JSON.stringify(data) }, secret }
  }

  async function start(input: StartInput): Promise<SessionTokens> {
    assertSubject(input)
    const { session: row, secret } = newSession(input, dataOf(input, now()))
    const replaces = sidOf(input.replaces)
    const {
      now: time,
      session,
      evicted,
    } = await store.createSession({
      session: row,
      idleTimeout,
      absoluteTimeout,
      limit: await limitOf(input),
      overLimit: policy.overLimit,
      replaces,
    })
    if (session === undefined) throw new SessionLimitError()
    for (const other of evicted) {
      tell({ sid: other })
      publish('countersign:session:revoked', { sessionId: other, reason: 'evicted' })
    }
    if (replaces !== undefined) await endReplaced(replaces, tagOf(session.sid))
    publish('countersign:session:created', { ...about(session), ip: input.ip, evicted })
    return mint.both(session, secret, time)
  }

  /** Of the same subject, the store ended it with the creation. Of another one, nobody did yet. */
  async function endReplaced(sid: string, tag: string): Promise<void> {
    if (tagOf(sid) === tag) {
      tell({ sid })
      publish('countersign:session:revoked', { sessionId: sid, reason: 'replaced' })
    } else await endSession(sid, 'replaced')
  }

  async function refresh(text: string, input: RefreshInput = {}): Promise<RefreshResult> {
    const token = tokens.read(text)
    if (typeof token === 'string') return refused(token, undefined)
    const { sid, gen, secret } = token
    const result = await store.rotate({
      sid,
      gen,
      secretHash: hashSecret(secret),
      clientId: input.clientId ?? policy.clientId,
      jkt: input.keyThumbprint,
      mode: policy.mode,
      cooldown: policy.cooldown,
      grace: policy.grace,
      idleTimeout,
      ip: input.ip,
    })
    announce(result, gen)
    switch (result.outcome) {
      case 'rotated':
      case 'cooldown':
      case 'replayed':
      case 'ahead':
        return {
          type: 'refreshed',
          outcome: result.outcome,
          tokens: await mint.both(result.session!, secret, result.now),
        }
      case 'reused':
        tell({ sid })
        return refused('reused', sid)
      default:
        return refused(result.outcome, sid)
    }
  }

  const sessions: Sessions = Object.freeze({
    start,
    refresh,
    async end(refreshToken: string) {
      const token = tokens.read(refreshToken)
      return typeof token === 'string' ? false : endSession(token.sid, 'logout')
    },
    async revoke(sessionId: string, owner: SubjectInput) {
      assertSubject(owner)
      return tagsOf(owner).includes(tagOf(sessionId)) ? endSession(sessionId, 'revoked') : false
    },
    async endAll(owner: Parameters<Sessions['endAll']>[0]) {
      assertSubject(owner)
      // All tags, even if one fails: what could be ended is.
      const raised = await Promise.allSettled(
        tagsOf(owner).map(async (tag) => {
          const except = owner.except !== undefined && tagOf(owner.except) === tag ? owner.except : undefined
          const epoch = await store.raiseEpoch(tag, absoluteTimeout, except)
          tell({ tag })
          return epoch
        }),
      )
      const failed = raised.find((one) => one.status === 'rejected')
      if (failed !== undefined) throw failed.reason
      const epochs = raised.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      const { subject, tenant } = owner
      publish('countersign:session:all-revoked', { subject, tenant, epoch: Math.max(...epochs) })
    },
    async list(owner: SubjectInput) {
      assertSubject(owner)
      const found = await Promise.all(tagsOf(owner).map((tag) => store.listSessions(tag)))
      return found
        .flatMap((one) => one.sessions.map(toSessionInfo))
        .toSorted((a, b) => b.createdAt - a.createdAt)
    },
    async impersonate(input: ImpersonationInput) {
      assertSubject(input)
      const seconds = optionalNumber(input, 'expiresIn', { default: 300, min: 1, max: 900, unit: 'seconds' })
      const { subject: actor } = input.actor
      if (typeof actor !== 'string' || actor === '') throw new OptionError('actor', 'needs a "subject"')
      // A session that nobody can refresh: it is in the user's list, and ends as any other.
      const { session: row, now: time } = await store.createSession({
        session: newSession(input, { ...dataOf(input, now()), actor }).session,
        idleTimeout: seconds * 1_000,
        absoluteTimeout: seconds * 1_000,
        limit: undefined,
        overLimit: 'evict',
        replaces: undefined,
      })
      const { accessToken, tokenId, accessTokenExpiresAt, session } = await mint.access(row!, time)
      const told = { sessionId: session.id, subject: input.subject, actor, tokenId }
      publish('countersign:session:impersonated', { ...told, expiresAt: accessTokenExpiresAt })
      return { accessToken, tokenId, accessTokenExpiresAt, session }
    },
    recover: ({ since }: { readonly since: Date }) => store.recoverSessions(since.getTime()),
    liveness: (liveness?: LivenessOptions) =>
      createLiveness({ store, issuer: issuer.issuer, tagsOf, now, ended }, liveness),
    verification(verification?: VerificationOptions) {
      return verificationOf(policy, (livenessOptions) => sessions.liveness(livenessOptions), verification)
    },
    routes(routes: SessionRouteOptions) {
      return createSessionRoutes(sessions, policy, tokens, routes, now)
    },
    renewal() {
      const authenticator = createAuthenticator({ ...sessions.verification({ liveness: false }), now })
      return createRenewal(sessions, policy, authenticator, now)
    },
  })
  return sessions
}

function refused(reason: RefreshRefusal, sessionId: string | undefined): RefreshResult {
  publish('countersign:session:refused', { sessionId, reason })
  return { type: 'refused', reason, definitive: DEFINITIVE.has(reason) }
}

function announce({ outcome, session, now }: RotateResult, presented: number): void {
  if (session === undefined) return
  const age = now - session.rotatedAt
  if (outcome === 'rotated') {
    publish('countersign:session:rotated', { ...about(session), generation: session.gen })
  } else if (outcome === 'replayed') {
    publish('countersign:session:replayed', { ...about(session), generation: session.gen, age })
  } else if (outcome === 'ahead') {
    publish('countersign:session:ahead', { ...about(session), generation: session.gen })
  } else if (outcome === 'reused') {
    const distance = session.gen - presented
    const kind = distance === 1 ? 'parent' : 'ancestor'
    publish('countersign:session:reused', { ...about(session), class: kind, distance, age })
    publish('countersign:session:revoked', { sessionId: session.sid, reason: 'reuse' })
  } else if (outcome === 'expired') {
    publish('countersign:session:expired', about(session))
  }
}

function about(session: {
  readonly sid: string
  readonly subject: string
  readonly tenant: string | undefined
}): {
  readonly sessionId: string
  readonly subject: string
  readonly tenant: string | undefined
} {
  return { sessionId: session.sid, subject: session.subject, tenant: session.tenant }
}

function dataOf(
  { scope = [], roles = [], claims = {}, authTime, acr, amr }: StartInput,
  now: number,
): SessionData {
  return {
    scope,
    roles,
    claims,
    authTime: authTime ?? now,
    ...(acr === undefined ? undefined : { acr }),
    ...(amr === undefined ? undefined : { amr }),
  }
}

function assertSubject({ subject, tenant }: SubjectInput): void {
  if (typeof subject !== 'string' || subject === '')
    throw new OptionError('subject', 'is required: say whose session')
  if (tenant !== undefined && typeof tenant !== 'string') throw new OptionError('tenant', 'must be a string')
}
