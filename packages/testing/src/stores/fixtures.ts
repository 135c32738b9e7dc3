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

/** What a case is given: an empty store, further handles on it, and the clock of them all. */
export interface Bench {
  readonly store: Store
  readonly clock: SuiteClock
  /** Whether rows vanish without `prune`. */
  readonly expiresByItself: boolean
  /** Whether the store has `watchRevocations`. */
  readonly watches: boolean
  /** So many handles on the same data, the first being `store`. The same one each time, where there is no other. */
  readonly handles: (count: number) => Promise<readonly Store[]>
}

/** A clock that stands still until a case moves it. Milliseconds since the epoch. */
export interface SuiteClock {
  readonly now: () => number
  readonly advance: (milliseconds: number) => void
}

/** A case as it is written; the suite gives it its bench. */
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
/** How long entries of the log live. */
export const REVOKE_FOR: number = 15 * MINUTE

/** The subject that cases act for, and one that nothing may happen to. */
export const ALICE = 'YWxpY2U'
export const BOB = 'Ym9i'

/** Of all tokens, unless a case says otherwise. */
export const ISSUER = 'https://auth.example.com'

/** 2100-01-01: no server's own clock expires what this one still keeps. */
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

/** What `createSession` is asked for a plain session of Alice, but for what is given. */
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

/** Creates a session that no limit denies. */
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

/** What `rotate` is asked when the current refresh token of a session is presented, but for what is given. */
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

/** Raises the epoch of a subject, and keeps it as long as any session lasts. */
export function raise(
  store: Store,
  subjectTag: string,
  rest: Partial<RaiseEpochInput> = {},
): Promise<RaiseEpochResult> {
  const owner = { subjectTag, issuer: ISSUER, key: `subject of ${subjectTag}` }
  const lives = { keepFor: ABSOLUTE, revokeFor: REVOKE_FOR }
  return store.raiseEpoch({ ...owner, ...lives, exceptSid: undefined, keptElsewhere: undefined, ...rest })
}

/** The live sessions of a subject, up to as many as one part of a list may have. */
export async function listed(store: Store, subjectTag: string): Promise<readonly SessionRecord[]> {
  return (await store.listSessions(subjectTag, { limit: 1_000, after: undefined })).sessions
}

/** The same number of times, at once. */
export function times<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => run(index)))
}
