import {
  readListCursor,
  toSessionList,
  type CreateSessionInput,
  type ProviderQuery,
  type SessionStore,
} from '@countersign/stores'
import { LONG } from './connection.ts'
import type { Operate } from './operate.ts'
import type { Settings } from './options.ts'
import { fromNewSession, toSession, toSessionOrNone } from './rows.ts'

/** The operations on sessions, each the call of one function. */
export function createSessions(
  { read, write }: Operate,
  { mayLoseWrites, statementTimeout }: Settings,
): Omit<SessionStore, 'now' | 'prune'> {
  return {
    mayLoseWrites,

    async createSession(input) {
      const { session, ...rest } = await write('create_session', creationValues(input))
      return { ...rest, session: toSessionOrNone(session) }
    },

    async findSession(sid) {
      const { session, ...rest } = await read('find_session', [sid])
      return { ...rest, session: toSessionOrNone(session) }
    },

    async rotate(input) {
      const { sid, gen, secretHash, clientId, jkt, mode, cooldown, grace, revokeFor, ip } = input
      const values = [
        sid,
        gen,
        secretHash,
        clientId,
        jkt,
        mode,
        cooldown,
        grace,
        revokeFor,
        ip,
        mayLoseWrites,
      ]
      const { session, ...rest } = await write('rotate', values)
      return { ...rest, session: toSessionOrNone(session) }
    },

    async changeSession({ sid, data, expectedVersion, revokeFor }) {
      const { session, ...rest } = await write('change_session', [sid, data, expectedVersion, revokeFor])
      return { ...rest, session: toSessionOrNone(session) }
    },

    async endSession(sid, reason, revokeFor) {
      return (await write('end_session', [sid, reason, revokeFor])).ended
    },

    raiseEpoch: async (input) => {
      const { subjectTag, keepFor, issuer, key, revokeFor, exceptSid, keptElsewhere } = input
      return write('raise_epoch', [subjectTag, keepFor, issuer, key, revokeFor, exceptSid, keptElsewhere])
    },

    eraseSubject: async ({ subjectTag, keepFor, issuer, key, revokeFor }) =>
      write('erase_subject', [subjectTag, keepFor, issuer, key, revokeFor]),

    async listSessions(subjectTag, { limit, after }) {
      const from = readListCursor(after)
      const values = [subjectTag, limit + 1, from?.createdAt, from?.sid]
      const { now, sessions } = await read('list_sessions', values)
      return toSessionList(now, sessions.map(toSession), limit)
    },

    async sessionsOf(query) {
      const { now, sessions } = await read('sessions_of', providerValues(query))
      return { now, sessions: sessions.map(toSession) }
    },

    endProviderSessions: async (query, revokeFor) =>
      write('end_provider_sessions', [...providerValues(query), revokeFor]),

    checkSession: async (subjectTag, sid) => read('check_session', [subjectTag, sid]),

    async recoverSessions(since, revokeFor) {
      return (await write('recover_sessions', [since, revokeFor], statementTimeout * LONG)).ended
    },
  }
}

function creationValues(input: CreateSessionInput) {
  const { session, idleTimeout, absoluteTimeout, revokeFor, since, limit, overLimit, replaces } = input
  const lives = [idleTimeout, absoluteTimeout, revokeFor]
  return [fromNewSession(session), ...lives, since, limit, overLimit === 'evict', replaces]
}

function providerValues(query: ProviderQuery): [issuer: string, kind: string, name: string] {
  return query.sid === undefined ? [query.issuer, 'subject', query.subject] : [query.issuer, 'sid', query.sid]
}
