import type {
  CreateSessionInput,
  EndReason,
  NewSession,
  RaiseEpochInput,
  RaiseEpochResult,
  RotateInput,
  SessionRecord,
  Store,
} from '@countersign/stores'
import { ABSOLUTE, COOLDOWN, GRACE, IDLE, ISSUER, REVOKE_FOR } from './values.ts'

/** Input of `createSession` for a plain session of Alice, except for the given members. */
export function createInput(
  session: Partial<NewSession> & { readonly sid: string },
  rest: Partial<Omit<CreateSessionInput, 'session'>> = {},
): CreateSessionInput {
  return {
    session: {
      secretHash: `hash of ${session.sid}`,
      subject: 'alice',
      tenant: undefined,
      issuer: ISSUER,
      clientId: undefined,
      jkt: undefined,
      provider: undefined,
      device: undefined,
      ip: undefined,
      data: '{}',
      ...session,
    },
    idleTimeout: IDLE,
    absoluteTimeout: ABSOLUTE,
    revokeFor: REVOKE_FOR,
    since: undefined,
    limit: undefined,
    overLimit: 'deny',
    replaces: undefined,
    ...rest,
  }
}

/** Creates a session. Throws if the store denies it. */
export async function create(
  store: Store,
  session: Partial<NewSession> & { readonly sid: string },
  rest: Partial<Omit<CreateSessionInput, 'session'>> = {},
): Promise<SessionRecord> {
  const created = await store.createSession(createInput(session, rest))
  if (created.session === undefined)
    throw new Error(`the store denied ${session.sid}, and no limit was reached`)
  return created.session
}

/** Input of `rotate` for the current refresh token of a session, except for the given members. */
export function rotateInput(
  session: Pick<SessionRecord, 'sid' | 'gen' | 'secretHash' | 'clientId' | 'jkt'>,
  rest: Partial<RotateInput> = {},
): RotateInput {
  return {
    sid: session.sid,
    gen: session.gen,
    secretHash: session.secretHash,
    clientId: session.clientId,
    jkt: session.jkt,
    mode: 'grace',
    cooldown: COOLDOWN,
    grace: GRACE,
    revokeFor: REVOKE_FOR,
    ip: undefined,
    ...rest,
  }
}

/** The row of a session. */
export async function rowOf(store: Store, sid: string): Promise<SessionRecord | undefined> {
  return (await store.findSession(sid)).session
}

/** Ends a session. */
export function end(store: Store, sid: string, reason: EndReason = 'logout'): Promise<boolean> {
  return store.endSession(sid, reason, REVOKE_FOR)
}

/** Raises the epoch of a subject, and keeps it as long as any session can last. */
export function raise(
  store: Store,
  subjectTag: string,
  rest: Partial<RaiseEpochInput> = {},
): Promise<RaiseEpochResult> {
  const owner = { subjectTag, issuer: ISSUER, key: `subject of ${subjectTag}` }
  const lives = { keepFor: ABSOLUTE, revokeFor: REVOKE_FOR }
  return store.raiseEpoch({ ...owner, ...lives, exceptSid: undefined, keptElsewhere: undefined, ...rest })
}

/** The live sessions of a subject, up to the maximum for one page of a list. */
export async function listed(store: Store, subjectTag: string): Promise<readonly SessionRecord[]> {
  return (await store.listSessions(subjectTag, { limit: 1_000, after: undefined })).sessions
}

/** Runs the function this many times in parallel. */
export function times<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => run(index)))
}
