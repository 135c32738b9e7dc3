// What a case of sessions is given, and what it builds with it.
import { randomBytes } from 'node:crypto'
import diagnostics from 'node:diagnostics_channel'
import { createAuthenticator, type Outcome } from '@countersign/core'
import type { Store } from '@countersign/stores'
import {
  createSessions,
  type SessionEvents,
  type Sessions,
  type SessionsOptions,
} from '@countersign/sessions'
import { fakeClock, type FakeClock } from '@countersign/testing'

/** A store for one case, on a clock that stands still. */
export interface Harness {
  readonly store: Store
  readonly clock: FakeClock
  /** Another handle on the same data, as another process has. In memory, where there is no other: the same. */
  readonly another: () => Promise<Store>
  /** Everything that is kept, as text. */
  readonly dump: () => Promise<string>
  /** Makes the list of a subject's sessions unusable, as if its index were lost. Answers a store to go on with. */
  readonly loseIndex: (subjectTag: string) => Promise<Store>
  /** Takes a backup. What it answers puts it back in place of all that is there, and opens the store again. */
  readonly backup: (() => Promise<() => Promise<Store>>) | undefined
  readonly close: () => Promise<void>
}

/** A case, for every store alike. */
export interface SessionCase {
  readonly name: string
  readonly run: (harness: Harness) => Promise<void>
  /** Needs a store that outlives its process. */
  readonly durable?: boolean
}

export const ISSUER = 'https://app.example.com'
export const SECRET_A = 'a first secret that is long enough 0123456789'
export const SECRET_B = 'b other secret that is long enough 9876543210'
const START = Date.UTC(2100, 0, 1)

export const newClock = (): FakeClock => fakeClock(START)

/** Sessions on the store of a case. */
export function sessionsOn(
  { store, clock }: Pick<Harness, 'store' | 'clock'>,
  options: Partial<SessionsOptions> = {},
): Sessions {
  return createSessions({
    issuer: ISSUER,
    origin: ISSUER,
    store,
    secrets: [SECRET_A],
    now: clock.now,
    ...options,
  })
}

/** Judges access tokens as a server does that looks sessions up. */
export function verifierOf(
  sessions: Sessions,
  options?: Parameters<Sessions['verification']>[0],
): (token: string) => Promise<Outcome> {
  const authenticator = createAuthenticator(sessions.verification(options))
  return async (token) => authenticator.authenticateToken(token)
}

/** Whether a token is let in, or the code that it is refused with. */
export async function verdict(judged: Promise<Outcome>): Promise<string> {
  const outcome = await judged
  return outcome.type === 'refused' ? outcome.refusal.body.code : outcome.type
}

/** Refreshes, and answers the new tokens. */
export async function refreshed(sessions: Sessions, token: string) {
  const result = await sessions.refresh(token)
  if (result.type !== 'refreshed') throw new Error(`the refresh was refused: ${result.reason}`)
  return { outcome: result.outcome, ...result.tokens }
}

/** Refreshes, and answers in a word what came of it. */
export async function outcomeOf(sessions: Sessions, token: string): Promise<string> {
  const result = await sessions.refresh(token)
  return result.type === 'refreshed' ? result.outcome : result.reason
}

/** The payload of a token of ours. */
export function payloadOf(token: string): Record<string, unknown> {
  const payload: Record<string, unknown> = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
  )
  return payload
}

/** Session and generation of a refresh token. */
export function identityOf(refreshToken: string): string {
  const { sid, gen } = payloadOf(refreshToken)
  return `${String(sid)} ${String(gen)}`
}

const CHANNELS = [
  'created',
  'rotated',
  'replayed',
  'reused',
  'ahead',
  'revoked',
  'all-revoked',
  'recovered',
  'refused',
  'expired',
  'impersonated',
  'stale',
] as const satisfies readonly (keyof SessionEvents extends `countersign:session:${infer Name}`
  ? Name
  : never)[]

export interface Told {
  readonly name: (typeof CHANNELS)[number]
  readonly message: Record<string, unknown>
}

/** Listens to every event of sessions while something runs. */
export async function eventsDuring(run: () => Promise<unknown>): Promise<readonly Told[]> {
  const told: Told[] = []
  const listeners = CHANNELS.map((name) => {
    const channel = `countersign:session:${name}`
    const listener = (message: unknown): void => void told.push({ name, message: Object(message) })
    diagnostics.subscribe(channel, listener)
    return () => diagnostics.unsubscribe(channel, listener)
  })
  try {
    await run()
  } finally {
    for (const stop of listeners) stop()
  }
  return told
}

/** The names of events, and the reason where there is one. */
export function namesOf(events: readonly Told[]): string[] {
  return events.map(({ name, message }) =>
    typeof message['reason'] === 'string' ? `${name} ${message['reason']}` : name,
  )
}

export function subject(): string {
  return `user-${randomBytes(6).toString('hex')}`
}

/** The tag of a session. */
export function tagOf(sessionId: string): string {
  return sessionId.slice(0, sessionId.indexOf('.'))
}

/** So many at once. */
export function times<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, async (_, index) => run(index)))
}
