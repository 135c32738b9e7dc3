import type { SessionStore } from '@countersign/stores'
import { notBuilt } from './not-built.ts'

/** The operations on sessions that are one script each. */
export function createSessions(mayLoseWrites: boolean): Omit<SessionStore, 'recoverSessions' | 'prune'> {
  return {
    mayLoseWrites,
    now: notBuilt,
    createSession: notBuilt,
    findSession: notBuilt,
    rotate: notBuilt,
    changeSession: notBuilt,
    endSession: notBuilt,
    raiseEpoch: notBuilt,
    eraseSubject: notBuilt,
    listSessions: notBuilt,
    sessionsOf: notBuilt,
    endProviderSessions: notBuilt,
    checkSession: notBuilt,
  }
}
