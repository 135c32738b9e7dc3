// Sessions and refresh tokens of tests.
import { randomBytes } from 'node:crypto'
import type {
  CreateSessionInput,
  NewSession,
  RaiseEpochInput,
  RaiseEpochResult,
  RotateInput,
  SessionRecord,
  Store,
} from '@countersign/stores'
import { newSession, REVOKE_FOR } from '../../../../test/support/store-inputs.ts'

export { REVOKE_FOR } from '../../../../test/support/store-inputs.ts'

const random = (): string => randomBytes(16).toString('base64url')

/** A tag that no other test has. */
export function newTag(): string {
  return random()
}

/** What `createSession` is asked for a session of a tag. */
export function sessionInput(
  tag: string,
  session: Partial<NewSession> = {},
  rest: Partial<CreateSessionInput> = {},
): CreateSessionInput {
  const own = { clientId: 'web', device: 'Firefox on Linux', ip: '203.0.113.7' }
  return newSession({ sid: `${tag}.${random()}`, secretHash: random(), ...own, ...session }, rest)
}

/** What `rotate` is asked for a refresh token of a session. Without a cooldown, so that no test has to wait. */
export function tokenOf(
  { sid, secretHash, clientId, jkt }: Pick<SessionRecord, 'sid' | 'secretHash' | 'clientId' | 'jkt'>,
  gen: number,
  rest: Partial<RotateInput> = {},
): RotateInput {
  const times = { cooldown: 0, grace: 30_000, revokeFor: REVOKE_FOR }
  return { sid, secretHash, clientId, jkt, gen, mode: 'grace', ip: undefined, ...times, ...rest }
}

/** The session of what `createSession` answered. */
export function made(result: { readonly session: SessionRecord | undefined }): SessionRecord {
  if (result.session === undefined) throw new Error('no session was made')
  return result.session
}

/** Logs out. */
export async function logOut(store: Store, sid: string): Promise<boolean> {
  return store.endSession(sid, 'logout', REVOKE_FOR)
}

/** Ends all sessions of a tag. */
export async function endAll(
  store: Store,
  subjectTag: string,
  rest: Partial<RaiseEpochInput> = {},
): Promise<RaiseEpochResult> {
  const owner = { subjectTag, issuer: 'https://auth.example.com', key: `subject of ${subjectTag}` }
  const times = { keepFor: 1000_000, revokeFor: REVOKE_FOR }
  return store.raiseEpoch({ ...owner, ...times, exceptSid: undefined, keptElsewhere: undefined, ...rest })
}

/** The live sessions of a tag. */
export async function listed(store: Store, subjectTag: string): Promise<readonly SessionRecord[]> {
  return (await store.listSessions(subjectTag, { limit: 1000, after: undefined })).sessions
}
