import { channel } from 'node:diagnostics_channel'
import type { EndReason } from '@countersign/stores'

/** The session that an event is about. */
export interface AboutSession {
  readonly sessionId: string
  readonly subject: string
  readonly tenant: string | undefined
}

/**
 * The events that sessions publish on `node:diagnostics_channel`, by channel name. They never contain a token, a cookie
 * or a secret.
 */
export interface SessionEvents {
  'countersign:session:created': AboutSession & {
    readonly ip: string | undefined
    readonly evicted: readonly string[]
  }
  'countersign:session:rotated': AboutSession & { readonly generation: number }
  /** The previous refresh token was presented in time: tabs raced, or a response was lost. Times in milliseconds. */
  'countersign:session:replayed': AboutSession & { readonly generation: number; readonly age: number }
  /**
   * A superseded refresh token was presented: theft, or a very late retry. The session is over. `parent`: the token
   * before the current one; `ancestor`: an older token, `distance` generations back. `age` in milliseconds since the
   * last rotation.
   */
  'countersign:session:reused': AboutSession & {
    readonly class: 'parent' | 'ancestor'
    readonly distance: number
    readonly age: number
  }
  /** A generation that the store had lost was adopted. */
  'countersign:session:ahead': AboutSession & { readonly generation: number }
  'countersign:session:revoked': { readonly sessionId: string; readonly reason: EndReason }
  /** All sessions of a subject ended. */
  'countersign:session:all-revoked': {
    readonly subject: string
    readonly tenant: string | undefined
    readonly epoch: number
  }
  /** A refresh was rejected, and why. Clients do not get this reason. */
  'countersign:session:recovered': { readonly since: number; readonly sessions: number }
  /** A refresh was rejected, and why; the client gets the same error for all reasons. */
  'countersign:session:refused': {
    readonly sessionId: string | undefined
    readonly reason: 'malformed' | 'key_unknown' | 'unknown' | 'mismatch' | 'revoked' | 'expired' | 'reused'
  }
  /** A refresh token was presented after its session had expired. */
  'countersign:session:expired': AboutSession
  /** A token was issued to act as a user. */
  'countersign:session:impersonated': {
    readonly sessionId: string
    readonly subject: string
    readonly actor: string
    readonly tokenId: string
    readonly expiresAt: number
  }
  /** The store could not be asked whether a session is alive. `answer`: the result of the check all the same. */
  'countersign:session:stale': {
    readonly sessionId: string | undefined
    readonly answer: 'rejected' | 'accepted'
    readonly cause: unknown
  }
  /**
   * The store could not delete expired rows. No login failed because of this; the next attempt is a minute later at the
   * earliest.
   */
  'countersign:session:prune-failed': { readonly cause: unknown }
}

/** Publishes an event if its channel has subscribers. */
export function publish<Name extends keyof SessionEvents>(name: Name, message: SessionEvents[Name]): void {
  const target = channel(name)
  if (target.hasSubscribers) target.publish(Object.freeze(message))
}

/** The event fields that identify a session. */
export function about({
  sid,
  subject,
  tenant,
}: {
  readonly sid: string
  readonly subject: string
  readonly tenant: string | undefined
}): AboutSession {
  return { sessionId: sid, subject, tenant }
}
