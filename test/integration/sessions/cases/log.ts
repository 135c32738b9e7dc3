// What sessions leave in the revocation log, for verifiers that will hold it.
import type { NewRevocation, Store } from '@countersign/stores'
import { expect } from 'vitest'
import { ISSUER, SECRET_A, SECRET_B, sessionsOn, subject, type SessionCase } from '../harness.ts'

type Entry = Pick<NewRevocation, 'kind' | 'key' | 'state' | 'except'>

async function logOf(store: Store): Promise<Entry[]> {
  const read = await store.readRevocations(undefined, 1_000)
  if (read.gap) throw new Error('a gap at the beginning')
  return read.entries.map(({ kind, key, state, except }) => ({ kind, key, state, except }))
}

const ended = (key: string): Entry => ({ kind: 'session', key, state: 'denied', except: undefined })
const all = (user: string, except?: string): Entry => ({
  kind: 'subject',
  key: `-!${user}`,
  state: 'before',
  except,
})

export const logCases: readonly SessionCase[] = [
  {
    name: 'every way to end a session is in the log, for as long as the longest token may be accepted',
    run: async (h) => {
      const sessions = sessionsOn(h, { maxSessions: 2 })
      const user = subject()
      const [first, second] = [
        await sessions.start({ subject: user }),
        await sessions.start({ subject: user }),
      ]
      h.clock.advance(1)
      const third = await sessions.start({ subject: user, replaces: second.refreshToken })
      await sessions.end(first.refreshToken)
      await sessions.revoke(third.session.id, { subject: user })
      const ids = [second, first, third].map(({ session }) => session.id)
      expect(new Set(await logOf(h.store))).toEqual(new Set(ids.map(ended)))
      const read = await h.store.readRevocations(undefined, 10)
      // an hour, which is the longest that the issuer lets tokens live, and the largest tolerance
      const expiries = read.gap ? [] : read.entries.map(({ issuer, expiresAt }) => [issuer, expiresAt])
      expect(new Set(expiries.map(String))).toEqual(
        new Set([String([ISSUER, h.clock.now() + 3_600_000 + 300_000])]),
      )
    },
  },
  {
    name: '[I-19] endAll but for one session excepts that one in the log, under every secret, if it is live',
    run: async (h) => {
      const old = sessionsOn(h, { secrets: [SECRET_A] })
      const user = subject()
      const kept = await old.start({ subject: user })
      const over = await old.start({ subject: user })
      await old.end(over.refreshToken)
      const sessions = sessionsOn(h, { secrets: [SECRET_B, SECRET_A] })
      await sessions.start({ subject: user })
      await sessions.endAll({ subject: user, except: kept.session.id })
      const excepted = all(user, kept.session.id)
      expect(await logOf(h.store)).toEqual(
        expect.arrayContaining([ended(over.session.id), excepted, excepted]),
      )
      expect((await sessions.list({ subject: user })).map(({ id }) => id)).toEqual([kept.session.id])
      h.clock.advance(1)
      await sessions.endAll({ subject: user, except: over.session.id })
      const exceptions = (await logOf(h.store)).filter(({ except }) => except === over.session.id)
      expect(exceptions).toEqual([])
      expect(await sessions.list({ subject: user })).toEqual([])
    },
  },
]
