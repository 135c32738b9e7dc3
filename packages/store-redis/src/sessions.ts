import {
  readListCursor,
  subjectTagOf,
  toSessionList,
  type ChangeOutcome,
  type RotateOutcome,
  type SessionRecord,
  type SessionState,
  type SessionStore,
} from '@countersign/stores'
import type { Keys } from './keys.ts'
import { integer, type Operate, type Reply } from './operate.ts'
import { isTrue, numberOf, textOf } from './reply.ts'
import { codeOf } from './reasons.ts'
import { bindingOf, jsonOf, toRecord } from './row.ts'
import { changeSession } from './scripts/change-session.ts'
import { endSession } from './scripts/end-session.ts'
import { checkSession, findSession } from './scripts/find-session.ts'
import { listSessions } from './scripts/list-sessions.ts'
import { rotate } from './scripts/rotate.ts'

type SessionOperations = Pick<
  SessionStore,
  'changeSession' | 'checkSession' | 'endSession' | 'findSession' | 'listSessions' | 'rotate'
>

/** The operations on an existing session, and on the list of a subject's sessions; each is one script. */
export function createSessions(
  { read, write }: Operate,
  keys: Keys,
  mayLoseWrites: boolean,
): SessionOperations {
  return {
    async findSession(sid) {
      const at = keys.ofSession(sid)
      const reply = await read(at, findSession, [at.session(sid), at.epoch(subjectTagOf(sid))])
      const [now, row, epoch] = reply
      return { now: numberOf(now), session: toSession(sid, row), epoch: numberOf(epoch) }
    },

    async rotate(input) {
      const { sid } = input
      const reply = await write(
        keys.ofSession(sid),
        rotate,
        ofSession(keys, sid),
        sid,
        integer(input.gen),
        bindingOf(input),
        input.mode,
        integer(input.cooldown),
        integer(input.grace),
        integer(input.revokeFor),
        jsonOf(input.ip),
        mayLoseWrites ? '1' : '0',
      )
      return { ...toResult(sid, reply), outcome: textOf(reply[1]) as RotateOutcome }
    },

    async changeSession({ sid, data, expectedVersion, revokeFor }) {
      const at = keys.ofSession(sid)
      const on = [at.session(sid), at.epoch(subjectTagOf(sid)), at.log] as const
      const args = [sid, data, integer(expectedVersion), integer(revokeFor)]
      const reply = await write(at, changeSession, on, ...args)
      return { ...toResult(sid, reply), outcome: textOf(reply[1]) as ChangeOutcome }
    },

    async endSession(sid, reason, revokeFor) {
      const args = [sid, codeOf(reason), integer(revokeFor)]
      const [, ended] = await write(keys.ofSession(sid), endSession, ofSession(keys, sid), ...args)
      return isTrue(ended)
    },

    async listSessions(subjectTag, { limit, after }) {
      const at = keys.ofTag(subjectTag)
      const from = readListCursor(after)
      const args = [integer(limit + 1), integer(from?.createdAt), from?.sid ?? '']
      const reply = await read(at, listSessions, [at.index(subjectTag), at.epoch(subjectTag)], ...args)
      return toSessionList(numberOf(reply[0]), toSessions(reply), limit)
    },

    async checkSession(subjectTag, sid) {
      const at = keys.ofTag(subjectTag)
      const isOwn = sid !== undefined && subjectTagOf(sid) === subjectTag
      const on = [at.epoch(subjectTag), ...(isOwn ? [at.session(sid)] : [])] as const
      const [now, state, epoch, dataVersion] = await read(at, checkSession, on)
      return {
        now: numberOf(now),
        state: textOf(state) as SessionState,
        epoch: numberOf(epoch),
        dataVersion: numberOf(dataVersion),
      }
    },
  }
}

/** The keys of an operation that may end a session. */
export function ofSession(keys: Keys, sid: string): [string, string, string, string] {
  const at = keys.ofSession(sid)
  const tag = subjectTagOf(sid)
  return [at.session(sid), at.epoch(tag), at.index(tag), at.log]
}

function toSession(sid: string, row: unknown): SessionRecord | undefined {
  return row === null || row === undefined ? undefined : toRecord(sid, row)
}

/** Reads the sessions of a reply: the time, then sid and row alternately. */
export function toSessions([, ...pairs]: Reply): SessionRecord[] {
  return pairs.flatMap((sid, at) => (at % 2 === 0 ? toRecord(textOf(sid), pairs[at + 1]) : []))
}

/** Reads a result from a reply: the time, the outcome, and the row if there is one. */
export function toResult(
  sid: string,
  [now, , row]: Reply,
): { now: number; session: SessionRecord | undefined } {
  return { now: numberOf(now), session: toSession(sid, row) }
}
