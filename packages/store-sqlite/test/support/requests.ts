import type { CreateSessionInput, RotateInput } from '@countersign/stores'

const LONG = 3_600_000

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
    idleTimeout: LONG,
    absoluteTimeout: LONG,
    revokeFor: LONG,
    since: undefined,
    limit: undefined,
    overLimit: 'deny',
    replaces: undefined,
  }
}

/** A refresh token of that session: no cooldown, and a grace that no slow machine outlasts. */
export function presented(sid: string, gen: number): RotateInput {
  return {
    sid,
    gen,
    secretHash: 'hash',
    clientId: undefined,
    jkt: undefined,
    mode: 'grace',
    cooldown: 0,
    grace: LONG,
    revokeFor: LONG,
    ip: undefined,
  }
}
