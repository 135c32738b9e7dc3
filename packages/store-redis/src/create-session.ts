import {
  subjectTagOf,
  type CreateSessionInput,
  type CreationOutcome,
  type SessionStore,
} from '@countersign/stores'
import type { Keys } from './keys.ts'
import { integer, type Operate } from './operate.ts'
import { listOf, textOf } from './reply.ts'
import { bodyOf, providerNamesOf } from './row.ts'
import { createSession } from './scripts/create-session.ts'
import { ofSession, toResult } from './sessions.ts'

/** `createSession`, which is one script. */
export function createCreation({ write }: Operate, keys: Keys): Pick<SessionStore, 'createSession'> {
  return {
    async createSession(input) {
      const { sid, provider } = input.session
      const at = keys.ofSession(sid)
      const replaced = replacedBy(input)
      const on = [
        ...ofSession(keys, sid),
        ...(replaced === undefined ? [] : [at.session(replaced)]),
        ...providerNamesOf(provider).flatMap((name) => [at.provider(name), at.providerEnd(name)]),
      ] as const
      const reply = await write(at, createSession, on, ...argumentsOf(input, replaced))
      const outcome = textOf(reply[1]) as CreationOutcome
      return { ...toResult(sid, reply), outcome, evicted: listOf(reply[3]).map(textOf) }
    },
  }
}

/** A session with another tag does not belong to this subject, and may be on another server. */
function replacedBy({ session, replaces }: CreateSessionInput): string | undefined {
  return replaces !== undefined && subjectTagOf(replaces) === subjectTagOf(session.sid) ? replaces : undefined
}

function argumentsOf(input: CreateSessionInput, replaced: string | undefined): string[] {
  return [
    input.session.sid,
    replaced ?? '',
    integer(input.since),
    integer(input.revokeFor),
    integer(input.idleTimeout),
    integer(input.absoluteTimeout),
    integer(input.limit),
    input.overLimit,
    bodyOf(input.session),
  ]
}
