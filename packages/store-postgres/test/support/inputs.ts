import type {
  CreateSessionInput,
  RaiseEpochInput,
  RaiseEpochResult,
  RevocationEntry,
  RotateInput,
  Store,
  SubjectRevocation,
} from '@countersign/stores'

const SECOND = 1_000
export const DAY = 86_400_000
const ISSUER = 'https://auth.example.com'
/** How long entries of the log live. */
export const REVOKE_FOR = 900_000

/** A login. */
export function login(sid: string, rest: Partial<CreateSessionInput> = {}): CreateSessionInput {
  return {
    session: {
      sid,
      secretHash: `hash of ${sid}`,
      subject: 'alice',
      tenant: undefined,
      issuer: ISSUER,
      clientId: undefined,
      jkt: undefined,
      provider: undefined,
      device: undefined,
      ip: undefined,
      data: '{}',
    },
    idleTimeout: 14 * DAY,
    absoluteTimeout: 90 * DAY,
    revokeFor: REVOKE_FOR,
    since: undefined,
    limit: undefined,
    overLimit: 'deny',
    replaces: undefined,
    ...rest,
  }
}

/** A refresh with a token of that session. Without a cooldown it rotates at once, on any clock. */
export function refresh(sid: string, gen: number, rest: Partial<RotateInput> = {}): RotateInput {
  return {
    sid,
    gen,
    secretHash: `hash of ${sid}`,
    clientId: undefined,
    jkt: undefined,
    mode: 'grace',
    cooldown: 0,
    grace: 30 * SECOND,
    revokeFor: REVOKE_FOR,
    ip: undefined,
    ...rest,
  }
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
