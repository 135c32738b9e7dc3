import {
  decideRotation,
  type RotateInput,
  type RotateOutcome,
  type RotateResult,
  type SessionRecord,
} from '@countersign/stores'
import { argumentFault, assertNames, type NamesOf } from '@countersign/core/toolkit'
import { about, publish } from '../events/session-events.ts'
import { assertText } from '../session/subject.ts'
import type { Mint, SessionAccess, SessionTokens } from '../token/mint.ts'
import { hashSecret, type NoRefreshToken, type RefreshToken } from '../token/refresh-token.ts'
import type { ServiceParts } from './service-parts.ts'

/** Who presents a refresh token. */
export interface RefreshInput {
  /** Default: the option `clientId`. */
  readonly clientId?: string | undefined
  /** Thumbprint of the key that was proved. Default none. */
  readonly keyThumbprint?: string | undefined
  readonly ip?: string | undefined
}

const INPUT_NAMES = {
  clientId: true,
  keyThumbprint: true,
  ip: true,
} as const satisfies NamesOf<RefreshInput>

/** Why a refresh was refused. For logs: to the client, all of them are one. */
export type RefreshRefusal = NoRefreshToken | 'unknown' | 'mismatch' | 'revoked' | 'expired' | 'reused'

/** What became of a refresh. */
export type RefreshResult =
  | {
      readonly type: 'refreshed'
      readonly outcome: 'rotated' | 'cooldown' | 'replayed' | 'ahead'
      readonly tokens: SessionTokens
    }
  | {
      readonly type: 'refused'
      readonly reason: RefreshRefusal
      /** Whether the session is over for sure, so that the client may forget its token. */
      readonly definitive: boolean
    }

/** `sessions.refresh()`, and what the routes ask besides. */
export type Refresh = (
  refreshToken: string,
  input?: RefreshInput,
  /** Whatever else must work for the client to get its answer: asked before the session moves on. */
  prepare?: (access: SessionAccess) => Promise<void>,
) => Promise<RefreshResult>

const GOOD: ReadonlySet<RotateOutcome> = new Set(['rotated', 'cooldown', 'replayed', 'ahead'])
/** Ended for good: the client may forget its token. */
const DEFINITIVE: ReadonlySet<RefreshRefusal> = new Set(['unknown', 'revoked', 'expired', 'reused'])

/**
 * A rotation that is written although nobody can be answered turns honest retries into theft, once `grace` is over. So
 * what can fail for long, such as the application's own functions, comes first: the row is read, the access token is
 * made, and only then the session moves on. It costs a round trip, and is done where there are such functions, or where
 * the last access token could not be made.
 */
export function createRefresh(parts: ServiceParts): Refresh {
  const { policy, tokens, mint, ends } = parts
  const { store } = policy.service
  const access = trackedAccess(mint)

  /** Of a row that would not answer this token, nothing is made. */
  async function makeAhead(rotation: RotateInput): Promise<SessionAccess | undefined> {
    const { session: row, epoch, now } = await store.findSession(rotation.sid)
    if (row === undefined) return undefined
    const inside = { row, epoch, now, mayLoseWrites: store.mayLoseWrites }
    const { outcome, changes } = decideRotation(rotation, inside)
    return GOOD.has(outcome) ? access.make({ ...row, ...changes }, now) : undefined
  }

  return async (text, input = {}, prepare) => {
    assertRefreshInput(input)
    const token = tokens.read(text)
    if (typeof token === 'string') return refused(token, undefined)
    const rotation = rotationOf(token, input, parts)
    const mayFail = policy.token.claims !== undefined || prepare !== undefined || access.isDown()
    const ahead = mayFail ? await makeAhead(rotation) : undefined
    if (ahead !== undefined) await prepare?.(ahead)
    const result = await store.rotate(rotation)
    announce(result, token.gen)
    const { outcome, session, now } = result
    switch (outcome) {
      case 'rotated':
      case 'cooldown':
      case 'replayed':
      case 'ahead': {
        const made = ahead ?? (await access.make(session!, now))
        if (ahead === undefined) await prepare?.(made)
        return { type: 'refreshed', outcome, tokens: mint.complete(made, session!, token.secret) }
      }
      default:
        if (outcome === 'reused' || outcome === 'revoked') ends.tell({ sid: token.sid })
        return refused(outcome, token.sid)
    }
  }
}

const inputFault = argumentFault('refresh')

function assertRefreshInput(input: RefreshInput): void {
  assertNames<RefreshInput>(input, INPUT_NAMES, 'input', inputFault)
  for (const name of Object.keys(INPUT_NAMES)) assertText(input, name, inputFault)
}

/** What the store is asked, for a token that was presented. */
function rotationOf(
  { sid, gen, secret }: RefreshToken,
  { clientId, keyThumbprint, ip }: RefreshInput,
  { policy }: ServiceParts,
): RotateInput {
  const { mode, cooldown, grace } = policy.service
  return {
    sid,
    gen,
    secretHash: hashSecret(secret),
    clientId: clientId ?? policy.token.clientId,
    jkt: keyThumbprint,
    mode,
    cooldown,
    grace,
    revokeFor: policy.token.revokeFor,
    ip,
  }
}

/** Makes access tokens, and knows whether the last one could not be made. */
function trackedAccess(mint: Mint): {
  readonly make: (row: SessionRecord, now: number) => Promise<SessionAccess>
  readonly isDown: () => boolean
} {
  let isSigningDown = false
  return {
    isDown: () => isSigningDown,
    async make(row, now) {
      try {
        const made = await mint.access(row, now)
        isSigningDown = false
        return made
      } catch (error) {
        isSigningDown = true
        throw error
      }
    },
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
