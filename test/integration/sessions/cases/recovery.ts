import { StoreUnavailableError } from '@countersign/stores'
import { createTestStore } from '@countersign/testing/stores'
import { expect } from 'vitest'
import {
  eventsDuring,
  namesOf,
  outcomeOf,
  refreshed,
  sessionsOn,
  subject,
  verdict,
  verifierOf,
  type SessionCase,
} from '../harness.ts'

export const recoveryCases: readonly SessionCase[] = [
  {
    name: '[I-9] a store that fails before a write: nothing changed, every token as good as before',
    run: async (h) => {
      const faulty = createTestStore({ store: h.store })
      const sessions = sessionsOn({ ...h, store: faulty.store })
      const user = subject()
      const { refreshToken, accessToken } = await sessions.start({ subject: user })
      h.clock.advance(60)
      faulty.failOn('rotate')
      await expect(sessions.refresh(refreshToken)).rejects.toBeInstanceOf(StoreUnavailableError)
      faulty.failOn('endSession')
      await expect(sessions.end(refreshToken)).rejects.toBeInstanceOf(StoreUnavailableError)
      faulty.failOn('raiseEpoch')
      await expect(sessions.endAll({ subject: user })).rejects.toBeInstanceOf(StoreUnavailableError)
      expect(await verdict(verifierOf(sessions)(accessToken))).toBe('authenticated')
      expect(await outcomeOf(sessions, refreshToken)).toBe('rotated')
    },
  },
  {
    name: '[V-13] after a restored backup: recover() ends what began before it, tokens of thieves and ended sessions',
    durable: true,
    run: async (h) => {
      const before = sessionsOn(h)
      const user = subject()
      const stolen = await before.start({ subject: user })
      const ended = await before.start({ subject: user })
      const everywhere = await before.start({ subject: `${user}-2` })
      h.clock.advance(60)
      const restore = await h.backup!()
      const since = new Date(h.clock.now())
      h.clock.advance(60)
      const newer = await refreshed(before, stolen.refreshToken)
      await before.end(ended.refreshToken)
      await before.endAll({ subject: `${user}-2` })
      h.clock.advance(60)
      const lost = await before.start({ subject: user })

      const sessions = sessionsOn({ ...h, store: await restore() })
      const judge = verifierOf(sessions, { liveness: { maxAge: 60 } })
      // the risk, before recover(): what was ended is back
      expect(await verdict(judge(ended.accessToken))).toBe('authenticated')
      const fresh = await sessions.start({ subject: user })
      const events = await eventsDuring(async () => {
        expect(await sessions.recover({ since })).toBe(3)
      })
      expect(namesOf(events)).toEqual(['recovered'])
      for (const { refreshToken } of [stolen, newer, ended, everywhere])
        expect(await outcomeOf(sessions, refreshToken)).toBe('revoked')
      expect(await outcomeOf(sessions, lost.refreshToken)).toBe('unknown')
      expect(await verdict(judge(ended.accessToken))).toBe('token_revoked')
      h.clock.advance(60)
      expect(await outcomeOf(sessions, fresh.refreshToken)).toBe('rotated')
      await sessions.endAll({ subject: `${user}-2` })
      const again = await sessions.start({ subject: `${user}-2` })
      expect(await verdict(judge(again.accessToken))).toBe('authenticated')
    },
  },
  {
    name: '[V-12] recover() is known here at once, and spares what began after',
    run: async (h) => {
      const sessions = sessionsOn(h)
      const judge = verifierOf(sessions, { liveness: { maxAge: 60 } })
      const before = await sessions.start({ subject: subject() })
      const since = new Date(h.clock.now())
      h.clock.advance(1)
      const after = await sessions.start({ subject: subject() })
      for (const { accessToken } of [before, after])
        expect(await verdict(judge(accessToken))).toBe('authenticated')
      expect(await sessions.recover({ since })).toBe(1)
      expect(await verdict(judge(before.accessToken))).toBe('token_revoked')
      expect(await verdict(judge(after.accessToken))).toBe('authenticated')
    },
  },
  {
    name: '[V-13] epochs grow after a restored backup, although it is older than they were',
    durable: true,
    run: async (h) => {
      const user = subject()
      const before = sessionsOn(h)
      const tag = (await before.start({ subject: user })).session.id.split('.')[0]!
      await before.endAll({ subject: user })
      const restore = await h.backup!()
      h.clock.advance(1)
      await before.endAll({ subject: user })
      const { epoch: lost } = await h.store.checkSession(tag, undefined)
      const store = await restore()
      h.clock.advance(1)
      const sessions = sessionsOn({ ...h, store })
      const late = await sessions.start({ subject: user })
      await sessions.endAll({ subject: user })
      const { epoch } = await store.checkSession(tag, undefined)
      expect(epoch).toBeGreaterThan(lost)
      h.clock.advance(60)
      expect(await outcomeOf(sessions, late.refreshToken)).toBe('revoked')
    },
  },
  {
    name: '[I-2] after a restored backup, a token ahead of its row is refused, which is no theft',
    durable: true,
    run: async (h) => {
      const before = sessionsOn(h)
      let tokens = await before.start({ subject: subject() })
      const restore = await h.backup!()
      for (let i = 0; i < 3; i++) {
        h.clock.advance(60)
        tokens = await refreshed(before, tokens.refreshToken)
      }
      const sessions = sessionsOn({ ...h, store: await restore() })
      const events = await eventsDuring(async () => {
        expect(await sessions.refresh(tokens.refreshToken)).toMatchObject({
          reason: 'expired',
          definitive: true,
        })
      })
      expect(namesOf(events)).toEqual(['expired', 'refused expired'])
    },
  },
  {
    name: '[I-2] one rotation that the store lost: adopted where the store says that it may lose writes, and told',
    durable: true,
    run: async (h) => {
      const before = sessionsOn(h)
      const { refreshToken } = await before.start({ subject: subject() })
      const restore = await h.backup!()
      h.clock.advance(60)
      const next = await refreshed(before, refreshToken)
      const store = await restore()
      const sessions = sessionsOn({ ...h, store })
      const events = await eventsDuring(async () => {
        expect(await outcomeOf(sessions, next.refreshToken)).toBe(store.mayLoseWrites ? 'ahead' : 'expired')
      })
      expect(namesOf(events)).toEqual(store.mayLoseWrites ? ['ahead'] : ['expired', 'refused expired'])
      expect(await outcomeOf(sessions, next.refreshToken)).toBe(store.mayLoseWrites ? 'cooldown' : 'expired')
    },
  },
]
