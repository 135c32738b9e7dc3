import type { CreateSessionInput, RotateInput } from '@countersign/stores'

/** A session without anything particular. */
export function newSession(sid: string): CreateSessionInput {
  return {
    session: {
      sid,
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
    },
    idleTimeout: 60_000,
    absoluteTimeout: 60_000,
    revokeFor: 900_000,
    since: undefined,
    limit: undefined,
    overLimit: 'deny',
    replaces: undefined,
  }
}

/** A refresh token of that session, without a cooldown. */
export function presented(sid: string, gen: number): RotateInput {
  return {
    sid,
    gen,
    secretHash: 'hash',
    clientId: undefined,
    jkt: undefined,
    mode: 'grace',
    cooldown: 0,
    grace: 30_000,
    revokeFor: 900_000,
    ip: undefined,
  }
}
