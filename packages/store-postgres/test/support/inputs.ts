import type { CreateSessionInput, RotateInput } from '@countersign/stores'

const SECOND = 1_000
export const DAY = 86_400_000

/** A login. */
export function login(sid: string, rest: Partial<CreateSessionInput> = {}): CreateSessionInput {
  return {
    session: {
      sid,
      secretHash: `hash of ${sid}`,
      subject: 'alice',
      tenant: undefined,
      clientId: undefined,
      jkt: undefined,
      device: undefined,
      ip: undefined,
      data: '{}',
    },
    idleTimeout: 14 * DAY,
    absoluteTimeout: 90 * DAY,
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
    idleTimeout: 14 * DAY,
    ip: undefined,
    ...rest,
  }
}
