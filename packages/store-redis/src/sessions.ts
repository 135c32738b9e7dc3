import type { RotateOutcome, SessionState, SessionStore } from '@countersign/stores'
import type { Keys } from './keys.ts'
import { tagOf } from './keys.ts'
import { integer, type Operate } from './operate.ts'
import { isTrue, listOf, numberOf, textOf } from './reply.ts'
import { codeOf } from './reasons.ts'
import { addressOf, bindingOf, bodyOf, toRecord } from './row.ts'
import { createSession } from './scripts/create-session.ts'
import { endSession } from './scripts/end-session.ts'
import { checkSession, raiseEpoch } from './scripts/epoch.ts'
import { listSessions } from './scripts/list-sessions.ts'
import { rotate } from './scripts/rotate.ts'

/** The operations on sessions that are one script each. */
export function createSessions(
  { read, write }: Operate,
  keys: Keys,
  mayLoseWrites: boolean,
): Omit<SessionStore, 'recoverSessions' | 'prune'> {
  return {
    mayLoseWrites,

    async createSession({ session, idleTimeout, absoluteTimeout, limit, overLimit, replaces }) {
      const { sid } = session
      const tag = tagOf(sid)
      const { epoch, index, sessions } = keys.ofSubject(tag)
      // A session of another tag is not this subject's, and may be on another server.
      const replaced = replaces !== undefined && tagOf(replaces) === tag ? replaces : undefined
      const reply = await write(
        createSession,
        [sessions + sid, epoch, index, ...(replaced === undefined ? [] : [sessions + replaced])],
        sid,
        sessions,
        replaced ?? '',
        integer(idleTimeout),
        integer(absoluteTimeout),
        limit === undefined ? '' : integer(limit),
        overLimit,
        bindingOf(session),
        bodyOf(session),
      )
      const [now, row, evicted] = listOf(reply)
      return {
        now: numberOf(now),
        session: row === null ? undefined : toRecord(sid, row),
        evicted: listOf(evicted).map(textOf),
      }
    },

    async rotate(input) {
      const { sid } = input
      const { epoch, index, sessions } = keys.ofSubject(tagOf(sid))
      const reply = await write(
        rotate,
        [sessions + sid, epoch, index],
        sid,
        integer(input.gen),
        bindingOf(input),
        input.mode,
        integer(input.cooldown),
        integer(input.grace),
        integer(input.idleTimeout),
        addressOf(input.ip),
        mayLoseWrites ? '1' : '0',
      )
      const [now, outcome, row] = listOf(reply)
      return {
        now: numberOf(now),
        outcome: textOf(outcome) as RotateOutcome,
        session: row === undefined ? undefined : toRecord(sid, row),
      }
    },

    async endSession(sid, reason) {
      const { epoch, index, sessions } = keys.ofSubject(tagOf(sid))
      return isTrue(await write(endSession, [sessions + sid, epoch, index], sid, codeOf(reason)))
    },

    async raiseEpoch(subjectTag, keepFor, exceptSid) {
      const { epoch, sessions } = keys.ofSubject(subjectTag)
      const kept = exceptSid === undefined ? [] : [sessions + exceptSid]
      return numberOf(await write(raiseEpoch, [epoch, ...kept], integer(keepFor)))
    },

    async listSessions(subjectTag) {
      const { epoch, index, sessions } = keys.ofSubject(subjectTag)
      const [now, ...pairs] = listOf(await read(listSessions, [index, epoch], sessions))
      return {
        now: numberOf(now),
        sessions: pairs.flatMap((sid, at) => (at % 2 === 0 ? toRecord(textOf(sid), pairs[at + 1]) : [])),
      }
    },

    async checkSession(subjectTag, sid) {
      const { epoch, sessions } = keys.ofSubject(subjectTag)
      const reply = await read(checkSession, sid === undefined ? [epoch] : [epoch, sessions + sid])
      const [now, state, raised] = listOf(reply)
      return { now: numberOf(now), state: textOf(state) as SessionState, epoch: numberOf(raised) }
    },
  }
}
