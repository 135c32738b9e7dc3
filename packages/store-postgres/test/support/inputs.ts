import type {
  CreateSessionInput,
  RaiseEpochInput,
  RaiseEpochResult,
  RevocationEntry,
  RotateInput,
  Store,
  SubjectRevocation,
} from '@countersign/stores'
import { newSession, presented, REVOKE_FOR } from '../../../../test/support/store-inputs.ts'

export { REVOKE_FOR } from '../../../../test/support/store-inputs.ts'

export const DAY = 86_400_000
const ISSUER = 'https://auth.example.com'
/** A login. */
export function login(sid: string, rest: Partial<CreateSessionInput> = {}): CreateSessionInput {
  const lives = { idleTimeout: 14 * DAY, absoluteTimeout: 90 * DAY }
  return newSession({ sid, secretHash: `hash of ${sid}` }, { ...lives, ...rest })
}

/** A refresh with a token of that session. */
export function refresh(sid: string, gen: number, rest: Partial<RotateInput> = {}): RotateInput {
  return presented(sid, gen, { secretHash: `hash of ${sid}`, ...rest })
}

/** Logs out. */
export async function logOut(store: Store, sid: string): Promise<boolean> {
  return store.endSession(sid, 'logout', REVOKE_FOR)
}

/** A subject as `raiseEpoch` and `eraseSubject` are told of it. */
export function subjectOf(subjectTag: string): SubjectRevocation {
  return { subjectTag, keepFor: DAY, issuer: ISSUER, key: `-!${subjectTag}`, revokeFor: REVOKE_FOR }
}

/** Ends all sessions of a subject, but for one. */
export async function raise(store: Store, tag: string, exceptSid?: string): Promise<RaiseEpochResult> {
  const input: RaiseEpochInput = { ...subjectOf(tag), exceptSid, keptElsewhere: undefined }
  return store.raiseEpoch(input)
}

/** The live sessions of a subject. */
export async function listed(store: Store, tag: string) {
  return (await store.listSessions(tag, { limit: 1_000, after: undefined })).sessions
}

/** A reader that goes on where it was. */
export function logReader(store: Store, limit = 1_000): () => Promise<readonly RevocationEntry[]> {
  let cursor: string | undefined
  return async () => {
    const found: RevocationEntry[] = []
    for (;;) {
      const read = await store.readRevocations(cursor, limit)
      if (read.gap) throw new Error('a gap in the log')
      cursor = read.cursor
      found.push(...read.entries)
      if (read.complete) return found
    }
  }
}

/** A token that is revoked. */
export function tokenRevocation(key: string) {
  const nothing = { bound: undefined, except: undefined }
  return {
    kind: 'token',
    issuer: ISSUER,
    key,
    state: 'denied',
    ...nothing,
    expiresAt: Date.now() + DAY,
  } as const
}
