import { subjectTagOf, type SessionStore, type SubjectRevocation } from '@countersign/stores'
import { providerName, type BucketKeys, type Keys } from './keys.ts'
import { integer, type Operate, type Reply } from './operate.ts'
import { isTrue, listOf, numberOf, textOf } from './reply.ts'
import { jsonOf } from './row.ts'
import { endProviderSessions, sessionsOf } from './scripts/provider-sessions.ts'
import { eraseSubject, raiseEpoch } from './scripts/raise-epoch.ts'
import { toSessions } from './sessions.ts'

type SubjectOperations = Pick<
  SessionStore,
  'endProviderSessions' | 'eraseSubject' | 'raiseEpoch' | 'sessionsOf'
>

/** The operations on all sessions of a subject, of ours or of the identity provider. */
export function createSubjects({ read, write }: Operate, keys: Keys): SubjectOperations {
  /** A provider's session or subject may have sessions in any bucket, because its subject can differ from ours. */
  const inAllBuckets = async (ask: (at: BucketKeys) => Promise<Reply>) => {
    const replies = await Promise.all(keys.buckets.map(ask))
    return { now: Math.min(...replies.map(([now]) => numberOf(now))), replies }
  }

  return {
    async raiseEpoch(input) {
      const { subjectTag, exceptSid, keptElsewhere } = input
      const at = keys.ofTag(subjectTag)
      const isOwn = exceptSid !== undefined && subjectTagOf(exceptSid) === subjectTag
      const reply = await write(
        at,
        raiseEpoch,
        [at.epoch(subjectTag), at.log, ...(isOwn ? [at.session(exceptSid)] : [])],
        ...raiseArguments(input),
        jsonOf(exceptSid),
        jsonOf(keptElsewhere),
      )
      const [now, epoch, kept] = reply
      return { now: numberOf(now), epoch: numberOf(epoch), kept: isTrue(kept) }
    },

    async eraseSubject(input) {
      const { subjectTag } = input
      const at = keys.ofTag(subjectTag)
      const on = [at.epoch(subjectTag), at.log, at.index(subjectTag)] as const
      const [now, epoch, erased] = await write(at, eraseSubject, on, ...raiseArguments(input))
      return { now: numberOf(now), epoch: numberOf(epoch), erased: listOf(erased).map(textOf) }
    },

    async sessionsOf(query) {
      const name = providerName(query)
      const { now, replies } = await inAllBuckets((at) => read(at, sessionsOf, [at.provider(name)]))
      return { now, sessions: replies.flatMap(toSessions) }
    },

    async endProviderSessions(query, revokeFor) {
      const name = providerName(query)
      const { now, replies } = await inAllBuckets((at) =>
        write(at, endProviderSessions, [at.provider(name), at.providerEnd(name), at.log], integer(revokeFor)),
      )
      return { now, ended: replies.flatMap(([, sids]) => listOf(sids).map(textOf)) }
    },
  }
}

function raiseArguments({ keepFor, revokeFor, issuer, key }: SubjectRevocation): string[] {
  return [integer(keepFor), integer(revokeFor), jsonOf(issuer), key]
}
