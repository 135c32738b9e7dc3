import {
  decideRotation,
  type RotateInput,
  type RotateOutcome,
  type RotateResult,
  type SessionRecord,
  type SessionStore,
} from '@countersign/stores'
import { about, publish } from './events.ts'
import type { Mint, SessionAccess } from './mint.ts'
import type { SessionsPolicy } from './options.ts'
import type { RefreshInput, RefreshRefusal, RefreshResult } from './session-types.ts'
import { hashSecret, type RefreshTokens } from './token/refresh-token.ts'

/** `sessions.refresh()`, and what the routes ask besides. */
export type Refresh = (
  refreshToken: string,
  input?: RefreshInput,
  /** Whatever else must work for the client to get its answer: asked before the session moves on. */
  prepare?: (access: SessionAccess) => Promise<void>,
) => Promise<RefreshResult>

/** What a refresh stands on. */
interface RefreshParts {
  readonly store: Pick<SessionStore, 'findSession' | 'rotate' | 'mayLoseWrites'>
  readonly policy: SessionsPolicy
  readonly tokens: RefreshTokens
  readonly mint: Mint
  /** Told of a session that ended. */
  readonly tell: (ended: { readonly sid: string }) => void
}

const GOOD: ReadonlySet<RotateOutcome> = new Set(['rotated', 'cooldown', 'replayed', 'ahead'])
/** Ended for good: the client may forget its token. */
const DEFINITIVE: ReadonlySet<RefreshRefusal> = new Set(['unknown', 'revoked', 'expired', 'reused'])

/**
 * A rotation that is written although nobody can be answered turns honest retries into theft, once `grace` is over. So
 * what can fail for long, such as the application's own functions, comes first: the row is read, the access token is
 * made, and only then the session moves on. It costs a round trip, and is done where there are such functions, or where
 * the last access token could not be made.
 */
export function createRefresh({ store, policy, tokens, mint, tell }: RefreshParts): Refresh {
  let isSigningDown = false

  async function access(row: SessionRecord, now: number): Promise<SessionAccess> {
    try {
      const made = await mint.access(row, now)
      isSigningDown = false
      return made
    } catch (error) {
      isSigningDown = true
      throw error
    }
  }

  /** Of a row that would not answer this token, nothing is made. */
  async function makeAhead(rotation: RotateInput): Promise<SessionAccess | undefined> {
    const { session: row, epoch, now } = await store.findSession(rotation.sid)
    if (row === undefined) return undefined
    const inside = { row, epoch, now, mayLoseWrites: store.mayLoseWrites }
    const { outcome, changes } = decideRotation(rotation, inside)
    return GOOD.has(outcome) ? access({ ...row, ...changes }, now) : undefined
  }

  return async (text, input = {}, prepare) => {
    const token = tokens.read(text)
    if (typeof token === 'string') return refused(token, undefined)
    const { sid, gen, secret } = token
    const { mode, cooldown, grace, revokeFor } = policy
    const rotation: RotateInput = {
      sid,
      gen,
      secretHash: hashSecret(secret),
      clientId: input.clientId ?? policy.clientId,
      jkt: input.keyThumbprint,
      mode,
      cooldown,
      grace,
      revokeFor,
      ip: input.ip,
    }
    const mayFail = policy.claims !== undefined || prepare !== undefined || isSigningDown
    const ahead = mayFail ? await makeAhead(rotation) : undefined
    if (ahead !== undefined) await prepare?.(ahead)
    const result = await store.rotate(rotation)
    announce(result, gen)
    const { outcome, session, now } = result
    switch (outcome) {
      case 'rotated':
      case 'cooldown':
      case 'replayed':
      case 'ahead': {
        const made = ahead ?? (await access(session!, now))
        if (ahead === undefined) await prepare?.(made)
        return { type: 'refreshed', outcome, tokens: mint.complete(made, session!, secret) }
      }
      default:
        if (outcome === 'reused' || outcome === 'revoked') tell({ sid })
        return refused(outcome, sid)
    }
  }
}

function refused(reason: RefreshRefusal, sessionId: string | undefined): RefreshResult {
  publish('countersign:session:refused', { sessionId, reason })
  return { type: 'refused', reason, definitive: DEFINITIVE.has(reason) }
}

function announce({ outcome, session, now }: RotateResult, presented: number): void {
  if (session === undefined) return
  const age = now - session.rotatedAt
  const generation = session.gen
  switch (outcome) {
    case 'rotated':
    case 'ahead':
      return publish(`countersign:session:${outcome}`, { ...about(session), generation })
    case 'replayed':
      return publish('countersign:session:replayed', { ...about(session), generation, age })
    case 'expired':
      return publish('countersign:session:expired', about(session))
    case 'reused': {
      const distance = generation - presented
      const kind = distance === 1 ? 'parent' : 'ancestor'
      publish('countersign:session:reused', { ...about(session), class: kind, distance, age })
      publish('countersign:session:revoked', { sessionId: session.sid, reason: 'reuse' })
      return
    }
    default:
      return
  }
}
