import { argumentFault } from '@countersign/core/toolkit'
import { toSessionInfo, type SessionInfo } from '../session/session-info.ts'
import { assertSubject, SUBJECT_NAMES, type SubjectInput } from '../session/subject.ts'
import { tagsOf } from '../token/secrets.ts'
import { liveSessions } from './live-sessions.ts'
import type { ServiceParts } from './service-parts.ts'

const listFault = argumentFault('list')

/** `sessions.list()` */
export async function list({ policy }: ServiceParts, owner: SubjectInput): Promise<readonly SessionInfo[]> {
  assertSubject<SubjectInput>(owner, SUBJECT_NAMES, listFault)
  const { service, token } = policy
  const found = await liveSessions(service.store, tagsOf(token.keys, owner))
  return found.map(toSessionInfo).toSorted((a, b) => b.createdAt - a.createdAt)
}
