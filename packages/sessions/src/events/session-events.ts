import { channel } from 'node:diagnostics_channel'
import type { EndReason } from '@countersign/stores'

/** Which session an event is about. */
export interface AboutSession {
  readonly sessionId: string
  readonly subject: string
  readonly tenant: string | undefined
}

/**
 * What sessions publish on `node:diagnostics_channel`, by the name of the channel. Never a token, a cookie or a secret.
 */
export interface SessionEvents {
  'countersign:session:created': AboutSession & {
    readonly ip: string | undefined
    readonly evicted: readonly string[]
  }
  'countersign:session:rotated': AboutSession & { readonly generation: number }
  /** The parent of the current refresh token was presented in time: a race of tabs, or a lost answer. Times in milliseconds. */
  'countersign:session:replayed': AboutSession & { readonly generation: number; readonly age: number }
  /**
   * A superseded refresh token was presented: theft, or a very late retry. The session is over. `parent`: the one
   * before the current; `ancestor`: older, `distance` generations back. `age` in milliseconds since the last rotation.
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
  /** After a restored backup, the sessions from before it ended. */
  'countersign:session:recovered': { readonly since: number; readonly sessions: number }
  /** A refresh was refused, and why; outside, all of these look alike. */
  'countersign:session:refused': {
    readonly sessionId: string | undefined
    readonly reason: 'malformed' | 'key_unknown' | 'unknown' | 'mismatch' | 'revoked' | 'expired' | 'reused'
  }
  /** A refresh token came after its session's end. */
  'countersign:session:expired': AboutSession
  /** Somebody got a token to act as a user. */
  'countersign:session:impersonated': {
    readonly sessionId: string
    readonly subject: string
    readonly actor: string
    readonly tokenId: string
    readonly expiresAt: number
  }
  /** The store could not be asked whether a session is alive. `answer`: what was said nevertheless. */
  'countersign:session:stale': {
    readonly sessionId: string | undefined
    readonly answer: 'rejected' | 'accepted'
    readonly cause: unknown
  }
  /** The store could not delete what is over. No login failed for it; the next try is a minute later at the earliest. */
  'countersign:session:prune-failed': { readonly cause: unknown }
}

/** Publishes, if anybody listens. */
export function publish<Name extends keyof SessionEvents>(name: Name, message: SessionEvents[Name]): void {
  const target = channel(name)
  if (target.hasSubscribers) target.publish(Object.freeze(message))
}

/** Which session a row is. */
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
