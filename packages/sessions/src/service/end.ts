import { subjectKey, type EndReason, type RaiseEpochResult } from '@countersign/stores'
import { argumentFault, assertNames, kindOf, type NamesOf } from '@countersign/core/toolkit'
import { publish } from '../events/session-events.ts'
import { assertSubject, assertText, SUBJECT_NAMES, type SubjectInput } from '../session/subject.ts'
import { isSessionId } from '../token/refresh-token.ts'
import { tagOf, tagsOf } from '../token/secrets.ts'
import { MAX_SECONDS } from './service-options.ts'
import type { ServiceParts } from './service-parts.ts'

/** The user whose sessions end, and the session that stays. */
export interface EndAllInput extends SubjectInput {
  /** The id of a session that stays. Default none. */
  readonly except?: string | undefined
}

/** The backup after which sessions end. */
export interface RecoverInput {
  /** When the backup was made. */
  readonly since: Date
}

const END_ALL_NAMES = { ...SUBJECT_NAMES, except: true } as const satisfies NamesOf<EndAllInput>
const RECOVER_NAMES = { since: true } as const satisfies NamesOf<RecoverInput>

const revokeFault = argumentFault('revoke')
const endAllFault = argumentFault('endAll')
const recoverFault = argumentFault('recover')

/**
 * How long the end of all sessions is remembered: as long as any session can last, including sessions that began under
 * a longer `absoluteTimeout`.
 */
const KEEP_EPOCH = MAX_SECONDS * 1_000

/** Ends a session in the store, and announces the end. Returns whether it was alive. */
export async function endSession(
  { policy, ends }: Pick<ServiceParts, 'policy' | 'ends'>,
  sid: string,
  reason: EndReason,
): Promise<boolean> {
  const wasLive = await policy.service.store.endSession(sid, reason, policy.token.revokeFor)
  if (wasLive) announceEnd({ ends }, sid, reason)
  else ends.announce({ sid })
  return wasLive
}

/** Announces the end of a session. */
export function announceEnd({ ends }: Pick<ServiceParts, 'ends'>, sid: string, reason: EndReason): void {
  ends.announce({ sid })
  publish('countersign:session:revoked', { sessionId: sid, reason })
}

/** `sessions.end()` */
export async function end(parts: ServiceParts, refreshToken: string): Promise<boolean> {
  const token = parts.tokens.read(refreshToken)
  return typeof token === 'string' ? false : endSession(parts, token.sid, 'logout')
}

/** `sessions.revoke()` */
export async function revoke(parts: ServiceParts, sessionId: string, owner: SubjectInput): Promise<boolean> {
  assertSubject<SubjectInput>(owner, SUBJECT_NAMES, revokeFault)
  const isTheirs = isSessionId(sessionId) && tagsOf(parts.policy.token.keys, owner).includes(tagOf(sessionId))
  return isTheirs ? endSession(parts, sessionId, 'revoked') : false
}

/** `sessions.endAll()` */
export async function endAll(parts: ServiceParts, owner: EndAllInput): Promise<void> {
  assertSubject<EndAllInput>(owner, END_ALL_NAMES, endAllFault)
  assertText(owner, 'except', endAllFault)
  const { subject, tenant } = owner
  const except = isSessionId(owner.except) ? owner.except : undefined
  const tags = tagsOf(parts.policy.token.keys, owner)
  const itsTag = tags.filter((tag) => except !== undefined && tagOf(except) === tag)
  // The tag of the excepted session comes first: the log may except it only if it was live there.
  const first = await raiseEpochs(parts, owner, itsTag, { exceptSid: except })
  const isKept = first.some((one) => one.status === 'fulfilled' && one.value.kept)
  const others = tags.filter((tag) => !itsTag.includes(tag))
  const rest = await raiseEpochs(parts, owner, others, { keptElsewhere: isKept ? except : undefined })
  const raised = [...first, ...rest]
  const failed = raised.find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  const epochs = raised.flatMap((one) => (one.status === 'fulfilled' ? [one.value.epoch] : []))
  publish('countersign:session:all-revoked', { subject, tenant, epoch: Math.max(...epochs) })
}

/** Raises the epochs of these tags. If one fails, the others are still raised. */
function raiseEpochs(
  { policy, ends }: ServiceParts,
  owner: SubjectInput,
  tags: readonly string[],
  except: { readonly exceptSid?: string | undefined; readonly keptElsewhere?: string | undefined },
): Promise<PromiseSettledResult<RaiseEpochResult>[]> {
  const { exceptSid, keptElsewhere } = except
  const { issuer, revokeFor } = policy.token
  const raises = tags.map(async (subjectTag) => {
    const subject = { subjectTag, keepFor: KEEP_EPOCH, issuer: issuer.issuer, key: subjectKey(owner) }
    const raised = await policy.service.store.raiseEpoch({ ...subject, revokeFor, exceptSid, keptElsewhere })
    ends.announce({ tag: subjectTag })
    return raised
  })
  return Promise.allSettled(raises)
}

/** `sessions.recover()` */
export async function recover({ policy, ends }: ServiceParts, input: RecoverInput): Promise<number> {
  assertNames<RecoverInput>(input, RECOVER_NAMES, 'input', recoverFault)
  const since: unknown = input.since
  if (!(since instanceof Date) || Number.isNaN(since.getTime())) {
    const got = since instanceof Date ? 'an invalid one' : kindOf(since)
    throw recoverFault('since', `must be a valid Date, when the backup was made, got ${got}`)
  }
  const time = since.getTime()
  const count = await policy.service.store.recoverSessions(time, policy.token.revokeFor)
  ends.announce('all')
  publish('countersign:session:recovered', { since: time, sessions: count })
  return count
}
