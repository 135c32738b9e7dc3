import { MAX_CLOCK_TOLERANCE } from '@countersign/core/toolkit'
import type { NewRevocation, RevocationEntry } from './revocation-log.ts'
import type { SubjectRevocation } from './session-operations.ts'
import type { SessionRecord } from './session-record.ts'

/**
 * How long a revocation must be known, in milliseconds: until the last token that it concerns is accepted nowhere.
 *
 * @param longestToken seconds that the longest access token lives
 * @example
 * ```ts
 * const revokeFor = revocationLifetime(600)
 * ```
 */
export function revocationLifetime(longestToken: number): number {
  return (longestToken + MAX_CLOCK_TOLERANCE) * 1_000
}

/**
 * A subject as the log names it. Lengths in front, so that no two pairs of tenant and subject share one.
 *
 * @example
 * ```ts
 * const key = subjectKey({ tenant: undefined, subject: 'alice' })
 * ```
 */
export function subjectKey(owner: {
  readonly tenant?: string | undefined
  readonly subject: string
}): string {
  const { tenant, subject } = owner
  return tenant === undefined ? `-!${subject}` : `${tenant.length}!${tenant}!${subject}`
}

/**
 * What is appended when a session ends, for any reason.
 *
 * @example
 * ```ts
 * const entry = sessionRevocation(row, now + input.revokeFor)
 * ```
 */
export function sessionRevocation(
  { sid, issuer }: Pick<SessionRecord, 'sid' | 'issuer'>,
  expiresAt: number,
): NewRevocation {
  return {
    kind: 'session',
    issuer,
    key: sid,
    state: 'denied',
    bound: undefined,
    except: undefined,
    expiresAt,
  }
}

/**
 * What is appended when the data of a session change. The row is that after the change.
 *
 * @example
 * ```ts
 * const entry = dataRevocation(row, now + change.revokeFor)
 * ```
 */
export function dataRevocation(
  row: Pick<SessionRecord, 'sid' | 'issuer' | 'dataVersion'>,
  expiresAt: number,
): NewRevocation {
  return { ...sessionRevocation(row, expiresAt), state: 'changed', bound: row.dataVersion }
}

/**
 * What is appended when the epoch of a subject is raised.
 *
 * @example
 * ```ts
 * const entry = subjectRevocation(raise, epoch, undefined, now + raise.revokeFor)
 * ```
 */
export function subjectRevocation(
  { issuer, key }: Pick<SubjectRevocation, 'issuer' | 'key'>,
  epoch: number,
  except: string | undefined,
  expiresAt: number,
): NewRevocation {
  return { kind: 'subject', issuer, key, state: 'before', bound: epoch, except, expiresAt }
}

/**
 * What holds of two entries of the same kind, issuer and key: that of the higher version. Of two that say `before`, the
 * one with the later bound, since news of an older event may come late.
 *
 * @example
 * ```ts
 * const current = mergeRevocations(held, next)
 * ```
 */
export function mergeRevocations(held: RevocationEntry | undefined, next: RevocationEntry): RevocationEntry {
  if (held === undefined) return next
  if (held.state === 'before' && next.state === 'before' && held.bound !== next.bound) {
    return (held.bound ?? 0) > (next.bound ?? 0) ? held : next
  }
  return held.version > next.version ? held : next
}
