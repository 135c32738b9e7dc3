import type { CreateSessionInput, NewRevocation, RotateInput, SessionRecord } from '@countersign/stores'

export const SECOND = 1_000
export const DAY = 86_400 * SECOND

/** A session of generation 5, which was made at 0. */
export const ROW: SessionRecord = Object.freeze({
  sid: 'tag.1',
  secretHash: 'hash',
  subject: 'alice',
  tenant: undefined,
  issuer: 'https://auth.example.com',
  clientId: 'app',
  jkt: 'key',
  provider: undefined,
  gen: 5,
  rotatedAt: 0,
  used: false,
  epoch: 7,
  dataVersion: 1,
  createdAt: -DAY,
  idleTimeout: 3 * DAY,
  idleExpiresAt: 2 * DAY,
  absoluteExpiresAt: 10 * DAY,
  revokedAt: undefined,
  reason: undefined,
  device: undefined,
  ip: '192.0.2.1',
  data: '{}',
})

/** Its current token. */
export const TOKEN: RotateInput = Object.freeze({
  sid: ROW.sid,
  gen: 5,
  secretHash: 'hash',
  clientId: 'app',
  jkt: 'key',
  mode: 'grace',
  cooldown: 30 * SECOND,
  grace: 60 * SECOND,
  revokeFor: 900 * SECOND,
  ip: undefined,
})

/** A session to be. */
export function newSession(sid: string, rest: Partial<CreateSessionInput> = {}): CreateSessionInput {
  const { secretHash, subject, tenant, issuer, clientId, jkt, provider, device, ip, data } = ROW
  return {
    session: { sid, secretHash, subject, tenant, issuer, clientId, jkt, provider, device, ip, data },
    idleTimeout: 2 * DAY,
    absoluteTimeout: 10 * DAY,
    revokeFor: 900 * SECOND,
    since: undefined,
    limit: undefined,
    overLimit: 'deny',
    replaces: undefined,
    ...rest,
  }
}

/** A token that is revoked. */
export const ENTRY: NewRevocation = Object.freeze({
  kind: 'token',
  issuer: ROW.issuer,
  key: 'jti',
  state: 'denied',
  bound: undefined,
  except: undefined,
  expiresAt: DAY,
})
