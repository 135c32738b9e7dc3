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
  /** Thumbprint of the key whose possession was proved. Default none. */
  readonly keyThumbprint?: string | undefined
  readonly ip?: string | undefined
}

const INPUT_NAMES = {
  clientId: true,
  keyThumbprint: true,
  ip: true,
} as const satisfies NamesOf<RefreshInput>

/** Why a refresh was rejected. For logs: clients do not get this reason. */
export type RefreshRefusal = NoRefreshToken | 'unknown' | 'mismatch' | 'revoked' | 'expired' | 'reused'

/** The result of a refresh. */
export type RefreshResult =
  | {
      readonly type: 'refreshed'
      readonly outcome: 'rotated' | 'cooldown' | 'replayed' | 'ahead'
      readonly tokens: SessionTokens
    }
  | {
      readonly type: 'refused'
      readonly reason: RefreshRefusal
      /** Whether the session is definitely over, so that the client may delete its token. */
      readonly definitive: boolean
    }

/** `sessions.refresh()`, and the routes' addition. */
export type Refresh = (
  refreshToken: string,
  input?: RefreshInput,
  /** Runs before the session is rotated: everything else that must succeed for the client to get its response. */
  prepare?: (access: SessionAccess) => Promise<void>,
) => Promise<RefreshResult>

const GOOD: ReadonlySet<RotateOutcome> = new Set(['rotated', 'cooldown', 'replayed', 'ahead'])
/** Reasons with which a session has ended: the client may delete its token. */
const DEFINITIVE: ReadonlySet<RefreshRefusal> = new Set(['unknown', 'revoked', 'expired', 'reused'])

/**
 * If a rotation is written but its response cannot be sent, an honest retry looks like theft once `grace` is over. So
 * everything that can fail for long, such as the application's own functions, runs first: the row is read, the access
 * token is created, and only then is the session rotated. This costs a round trip. It is done if there are such
 * functions, or if creating the last access token failed.
 */
export function createRefresh(parts: ServiceParts): Refresh {
  const { policy, tokens, mint, ends } = parts
  const { store } = policy.service
  const access = trackedAccess(mint)

  /** If the row would reject this token, nothing is created. */
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
        if (outcome === 'reused' || outcome === 'revoked') ends.announce({ sid: token.sid })
        return refused(outcome, token.sid)
    }
  }
}

const inputFault = argumentFault('refresh')

function assertRefreshInput(input: RefreshInput): void {
  assertNames<RefreshInput>(input, INPUT_NAMES, 'input', inputFault)
  for (const name of Object.keys(INPUT_NAMES)) assertText(input, name, inputFault)
}

/** The store's input for a presented token. */
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

/** Creates access tokens, and remembers whether the last attempt failed. */
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
