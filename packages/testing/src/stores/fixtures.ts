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

/** What a case can use: an empty store, further handles on it, and the clock of them all. */
export interface Bench {
  readonly store: Store
  readonly clock: SuiteClock
  /** Whether the store deletes rows without `prune`. */
  readonly expiresByItself: boolean
  /** Whether the store has `watchRevocations`. */
  readonly watches: boolean
  /** `count` handles on the same data; the first is `store`. If there is no other handle, all are the same. */
  readonly handles: (count: number) => Promise<readonly Store[]>
}

/** A clock that stands still until a case changes it. Milliseconds since the epoch. */
export interface SuiteClock {
  readonly now: () => number
  readonly advance: (milliseconds: number) => void
}

/** A case before the suite adds its bench. */
export interface BenchCase {
  readonly name: string
  readonly run: (bench: Bench) => Promise<void>
}

export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY: number = 24 * HOUR

export const COOLDOWN: number = 30 * SECOND
export const GRACE: number = 30 * SECOND
export const IDLE: number = 14 * DAY
export const ABSOLUTE: number = 90 * DAY
/** The lifetime of log entries. */
export const REVOKE_FOR: number = 15 * MINUTE

/** The subject that cases act for, and one that must not be affected. */
export const ALICE = 'YWxpY2U'
export const BOB = 'Ym9i'

/** The issuer of all tokens, unless a case says otherwise. */
export const ISSUER = 'https://auth.example.com'

/** 2100-01-01: a server's own clock then expires nothing that this clock still keeps. */
const START = 4_102_444_800_000

export function createSuiteClock(): SuiteClock {
  let time = START
  return Object.freeze({
    now: () => time,
    advance: (milliseconds: number) => {
      time += milliseconds
    },
  })
}

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
