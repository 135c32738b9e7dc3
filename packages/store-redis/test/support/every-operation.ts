// Every operation of a store, by what a server needs for it.
import type { Store } from '@countersign/stores'
import { endAll, listed, logOut, made, REVOKE_FOR, sessionInput, tokenOf } from './sessions.ts'

const IDP = 'https://idp.example.com'
const owner = { keepFor: 1000_000, revokeFor: REVOKE_FOR, issuer: 'i', key: 'k' }
const secretHash = 'h'

/** What operations are about: a subject with live sessions. */
export interface Asked {
  readonly store: Store
  readonly tag: string
  readonly sids: readonly string[]
}

/** Creates two sessions for the operations below. */
export async function toBeAsked(store: Store, tag: string): Promise<Asked> {
  const create = async () => {
    const provider = { issuer: IDP, sid: tag, subject: 's' }
    return made(await store.createSession(sessionInput(tag, { secretHash, provider }))).sid
  }
  return { store, tag, sids: [await create(), await create()] }
}

type Operations = Readonly<Record<string, (asked: Asked) => Promise<unknown>>>

/** What a server needs room for. */
export const keeping: Operations = {
  createSession: async ({ store, tag, sids }) =>
    store.createSession(sessionInput(tag, {}, { replaces: sids[0] })),
  rotate: async ({ store, sids }) =>
    store.rotate(tokenOf({ ...sessionInput('').session, secretHash, sid: sids[0]! }, 1)),
  changeSession: async ({ store, sids }) =>
    store.changeSession({ sid: sids[0]!, data: 'x', expectedVersion: undefined, revokeFor: REVOKE_FOR }),
  useOnce: async ({ store, tag }) => store.useOnce('proof', tag, (await store.now()) + 1000_000),
  writeKeyRing: async ({ store, tag }) => store.writeKeyRing(tag, 0, 'ring'),
}

/** What reads, or ends something. */
export const ending: Operations = {
  checkSession: async ({ store, tag, sids }) => store.checkSession(tag, sids[0]),
  findSession: async ({ store, sids }) => store.findSession(sids[0]!),
  listSessions: async ({ store, tag }) => listed(store, tag),
  sessionsOf: async ({ store, tag }) => store.sessionsOf({ issuer: IDP, sid: tag }),
  readRevocations: async ({ store }) => store.readRevocations(undefined, 10),
  readKeyRing: async ({ store }) => store.readKeyRing('main'),
  now: async ({ store }) => store.now(),
  endSession: async ({ store, sids }) => logOut(store, sids[0]!),
  recoverSessions: async ({ store }) => store.recoverSessions(1, REVOKE_FOR),
  endProviderSessions: async ({ store, tag }) =>
    store.endProviderSessions({ issuer: IDP, sid: tag }, REVOKE_FOR),
  appendRevocations: async ({ store }) => {
    const expiresAt = (await store.now()) + 1000_000
    const entry = { kind: 'token', state: 'denied', bound: undefined, except: undefined } as const
    await store.appendRevocations([{ ...entry, issuer: 'i', key: 'k', expiresAt }])
    return 'appended'
  },
  raiseEpoch: async ({ store, tag }) => endAll(store, tag),
  eraseSubject: async ({ store, tag }) => store.eraseSubject({ subjectTag: tag, ...owner }),
}
