import {
  argumentFault,
  assertNamesWithin,
  faultWithin,
  optionalNumber,
  requiredString,
  type NamesOf,
} from '@countersign/core/toolkit'
import { publish } from '../events/session-events.ts'
import { assertSubject, SUBJECT_NAMES, type SubjectInput } from '../session/subject.ts'
import type { SessionAccess } from '../token/mint.ts'
import { newSession } from './new-session.ts'
import type { ServiceParts } from './service-parts.ts'
import { assertGrant, dataOf, GRANT_NAMES, type GrantInput } from './start-input.ts'

/** What an actor, such as a support agent, receives. */
export type Impersonation = Pick<
  SessionAccess,
  'accessToken' | 'tokenId' | 'accessTokenExpiresAt' | 'session'
>

/** Who acts as whom. The option `claims` can remove some of `scope` and `roles`, but cannot add any. */
export interface ImpersonationInput extends SubjectInput, GrantInput {
  readonly actor: { readonly subject: string }
  /** Seconds, at most 900. Default 300. */
  readonly expiresIn?: number | undefined
}

const INPUT_NAMES = {
  ...SUBJECT_NAMES,
  ...GRANT_NAMES,
  actor: true,
  expiresIn: true,
} as const satisfies NamesOf<ImpersonationInput>

const fault = argumentFault('impersonate')
const LIFETIME = { default: 300, min: 1, max: 900, unit: 'seconds' }

/** `sessions.impersonate()`: a session without a refresh token. It is in the user's list, and ends like any other. */
export async function impersonate(parts: ServiceParts, input: ImpersonationInput): Promise<Impersonation> {
  assertSubject<ImpersonationInput>(input, INPUT_NAMES, fault)
  assertGrant(input, fault)
  const { subject, tenant, scope, roles, claims } = input
  const who = { subject, tenant, scope, roles, claims }
  const lifetime = Math.round(optionalNumber(input, 'expiresIn', LIFETIME, fault) * 1_000)
  const actor = actorOf(input)
  const { session: row, now: time } = await parts.policy.service.store.createSession({
    session: newSession(parts, who, { ...dataOf(who, parts.now()), actor }).session,
    idleTimeout: lifetime,
    absoluteTimeout: lifetime,
    revokeFor: parts.policy.token.revokeFor,
    since: undefined,
    limit: undefined,
    overLimit: 'evict',
    replaces: undefined,
  })
  const { accessToken, tokenId, accessTokenExpiresAt, session } = await parts.mint.access(row!, time)
  publish('countersign:session:impersonated', {
    sessionId: session.id,
    subject,
    actor,
    tokenId,
    expiresAt: accessTokenExpiresAt,
  })
  return { accessToken, tokenId, accessTokenExpiresAt, session }
}

function actorOf({ actor }: ImpersonationInput): string {
  if (actor === undefined) throw fault('actor', 'is required: pass the actor as { subject }')
  assertNamesWithin<ImpersonationInput['actor']>(actor, { subject: true }, 'actor', fault)
  return requiredString(actor, 'subject', 'pass the id of the actor', faultWithin('actor', fault))
}
