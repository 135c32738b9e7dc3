// Sessions and refresh tokens of tests.
import { randomBytes } from 'node:crypto'
import type { CreateSessionInput, NewSession, RotateInput, SessionRecord } from '@countersign/stores'

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
  return {
    session: {
      sid: `${tag}.${random()}`,
      secretHash: random(),
      subject: 'alice',
      tenant: undefined,
      clientId: 'web',
      jkt: undefined,
      device: 'Firefox on Linux',
      ip: '203.0.113.7',
      data: '{}',
      ...session,
    },
    idleTimeout: 3_600_000,
    absoluteTimeout: 86_400_000,
    limit: undefined,
    overLimit: 'deny',
    replaces: undefined,
    ...rest,
  }
}

/** What `rotate` is asked for a refresh token of a session. Without a cooldown, so that no test has to wait. */
export function tokenOf(
  { sid, secretHash, clientId, jkt }: Pick<SessionRecord, 'sid' | 'secretHash' | 'clientId' | 'jkt'>,
  gen: number,
  rest: Partial<RotateInput> = {},
): RotateInput {
  const times = { cooldown: 0, grace: 30_000, idleTimeout: 3_600_000 }
  return { sid, secretHash, clientId, jkt, gen, mode: 'grace', ip: undefined, ...times, ...rest }
}

/** The session of what `createSession` answered. */
export function made(result: { readonly session: SessionRecord | undefined }): SessionRecord {
  if (result.session === undefined) throw new Error('no session was made')
  return result.session
}
