import { MAX_CLOCK_TOLERANCE } from '@countersign/core/toolkit'
import type { NewRevocation, RevocationEntry } from './revocation-log.ts'
import type { SubjectRevocation } from './session-operations.ts'
import type { SessionRecord } from './session-record.ts'

/**
 * How long verifiers must know of a revocation, in milliseconds: until every token that it concerns has expired.
 *
 * @param longestToken the longest lifetime of an access token, in seconds
 * @example
 * ```ts
 * const revokeFor = revocationLifetime(600)
 * ```
 */
export function revocationLifetime(longestToken: number): number {
  return (longestToken + MAX_CLOCK_TOLERANCE) * 1_000
}

/**
 * The log's key for a subject. Lengths first, so that two pairs of tenant and subject never get the same key.
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
 * The log entry for the end of a session, for any reason.
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
 * The log entry for a change of a session's data. The row is the one after the change.
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
 * The log entry for raising the epoch of a subject.
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
 * The entry that counts, of two of the same kind, issuer and key: the one with the higher version. If both are
 * `before`, it is the one with the later bound, because an entry about an older event may arrive late.
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
