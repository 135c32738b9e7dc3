import type { CreateSessionInput, NewSession, RotateInput } from '@countersign/stores'

/** How long entries of the log live. */
export const REVOKE_FOR = 900_000

/** A login of Alice without anything particular, but for what is given. */
export function newSession(
  session: Partial<NewSession> & { readonly sid: string },
  rest: Partial<Omit<CreateSessionInput, 'session'>> = {},
): CreateSessionInput {
  return {
    session: {
      secretHash: 'hash',
      subject: 'alice',
      tenant: undefined,
      issuer: 'https://auth.example.com',
      clientId: undefined,
      jkt: undefined,
      provider: undefined,
      device: undefined,
      ip: undefined,
      data: '{}',
      ...session,
    },
    idleTimeout: 3_600_000,
    absoluteTimeout: 86_400_000,
    revokeFor: REVOKE_FOR,
    since: undefined,
    limit: undefined,
    overLimit: 'deny',
    replaces: undefined,
    ...rest,
  }
}

/** A refresh with a token of that session. Without a cooldown it rotates at once, on any clock. */
export function presented(sid: string, gen: number, rest: Partial<RotateInput> = {}): RotateInput {
  return {
    sid,
    gen,
    secretHash: 'hash',
    clientId: undefined,
    jkt: undefined,
    mode: 'grace',
    cooldown: 0,
    grace: 30_000,
    revokeFor: REVOKE_FOR,
    ip: undefined,
    ...rest,
  }
}
