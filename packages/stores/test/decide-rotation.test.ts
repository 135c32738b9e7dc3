import { decideRotation, type RotateInput, type RotationMode, type SessionRecord } from '@countersign/stores'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, ROW, SECOND, TOKEN } from './rows.ts'

// The same cases at every run. FC_SEED looks for others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20_261_122), numRuns: 400 })

interface Around {
  readonly now?: number
  readonly epoch?: number
  readonly mayLoseWrites?: boolean
  readonly row?: Partial<SessionRecord>
}

function judge(token: Partial<RotateInput>, { now = 0, epoch = 7, mayLoseWrites = false, row }: Around = {}) {
  return decideRotation({ ...TOKEN, ...token }, { row: { ...ROW, ...row }, epoch, now, mayLoseWrites })
}

const STRICT = { mode: 'strict', cooldown: 0, grace: 0 } as const
const UNTIL_USED = { mode: 'untilUsed' } as const
const ENDED = { revokedAt: 0, reason: 'logout' } as const

describe('a refresh token', () => {
  it('of no session is unknown', () => {
    const state = { row: undefined, epoch: 0, now: 0, mayLoseWrites: true }
    expect(decideRotation(TOKEN, state)).toEqual({ outcome: 'unknown', changes: {} })
  })

  const refused: readonly (readonly [string, Partial<RotateInput>, Around, string])[] = [
    ['[I-7] of another secret', { secretHash: 'other' }, {}, 'mismatch'],
    ['[I-7] of another client', { clientId: 'other' }, {}, 'mismatch'],
    ['[I-7] without its client', { clientId: undefined }, {}, 'mismatch'],
    ['[I-7] of another key', { jkt: 'other' }, {}, 'mismatch'],
    ['[I-7] without its key', { jkt: undefined }, {}, 'mismatch'],
    ['[I-7] of another key, when the session ended', { jkt: 'other' }, { row: ENDED }, 'mismatch'],
    ['[I-7] of another key, of a parent long superseded', { jkt: 'other', gen: 1 }, {}, 'mismatch'],
    ['of a session that ended', {}, { row: ENDED }, 'revoked'],
    ['of a session that ended, and is past its time', {}, { row: ENDED, now: 20 * DAY }, 'revoked'],
    ['[I-19] from before the epoch', {}, { epoch: 8 }, 'revoked'],
    ['[I-11] at the idle expiry', {}, { now: 2 * DAY }, 'expired'],
    ['at the absolute expiry', {}, { now: 10 * DAY, row: { idleExpiresAt: 11 * DAY } }, 'expired'],
    ['superseded, and past its time', { gen: 1 }, { now: 2 * DAY }, 'expired'],
    ['of the next generation, on a durable store', { gen: 6 }, {}, 'expired'],
    ['two generations ahead', { gen: 7 }, { mayLoseWrites: true }, 'expired'],
  ]
  it.each(refused)('%s: nothing is written', (_, token, around, outcome) => {
    expect(judge(token, around)).toEqual({ outcome, changes: {} })
  })

  it('[I-8] that is current: cooldown, which moves idle expiry, and at its end a rotation', () => {
    const early = 30 * SECOND - 1
    const moved = { outcome: 'cooldown', changes: { used: true, idleExpiresAt: early + 3 * DAY } }
    expect(judge({}, { now: early })).toEqual(moved)
    expect(judge({}, { now: early, row: { used: true } })).toEqual(moved)
    const again = { used: true, idleExpiresAt: early + 3 * DAY }
    expect(judge({}, { now: early, row: again })).toEqual({ outcome: 'cooldown', changes: {} })
    const now = 30 * SECOND
    expect(judge({}, { now, row: { used: true } })).toEqual({
      outcome: 'rotated',
      changes: { gen: 6, rotatedAt: now, used: false, idleExpiresAt: now + 3 * DAY, ip: ROW.ip },
    })
  })

  it('[I-10] that rotates moves idle expiry up to the absolute one, and takes the address that it is given', () => {
    const around = { now: 9 * DAY, row: { idleExpiresAt: 10 * DAY } }
    const { changes } = judge({ ip: '192.0.2.2' }, around)
    expect(changes).toMatchObject({ idleExpiresAt: 10 * DAY, ip: '192.0.2.2' })
    expect(changes).not.toHaveProperty('absoluteExpiresAt')
  })

  const reused = (now: number) => ({ outcome: 'reused', changes: { revokedAt: now, reason: 'reuse' } })
  const replayed = { outcome: 'replayed', changes: {} }

  it('[I-6] that is the parent: replayed until the grace is over, then reuse', () => {
    const now = 60 * SECOND
    expect(judge({ gen: 4 }, { now })).toEqual(replayed)
    expect(judge({ gen: 4 }, { now: now + 1 })).toEqual(reused(now + 1))
  })

  it('[I-2] that is older is reuse, in every mode', () => {
    for (const mode of [{}, STRICT, UNTIL_USED]) {
      for (const gen of [0, 1, 3]) expect(judge({ ...mode, gen })).toEqual(reused(0))
    }
  })

  it('[I-1] strict: rotates at once, and a parent is reuse at once', () => {
    expect(judge(STRICT).outcome).toBe('rotated')
    expect(judge({ ...STRICT, gen: 4 })).toEqual(reused(0))
  })

  it('untilUsed: the parent is good until its successor was presented, and within the grace after that', () => {
    const late = 60 * SECOND + 1
    expect(judge({ ...UNTIL_USED, gen: 4 }, { now: late })).toEqual(replayed)
    expect(judge({ ...UNTIL_USED, gen: 4 }, { now: late - 1, row: { used: true } })).toEqual(replayed)
    expect(judge({ ...UNTIL_USED, gen: 4 }, { now: late, row: { used: true } })).toEqual(reused(late))
  })

  it('of the next generation, on a store that may have lost it, is adopted as used', () => {
    expect(judge({ gen: 6, ip: '192.0.2.2' }, { now: 5, mayLoseWrites: true })).toEqual({
      outcome: 'ahead',
      changes: { gen: 6, rotatedAt: 5, used: true, idleExpiresAt: 5 + 3 * DAY, ip: '192.0.2.2' },
    })
  })
})

describe('of any token at any time', () => {
  const mode = fc.constantFrom<RotationMode>('grace', 'untilUsed', 'strict')
  const step = fc.record({
    wait: fc.integer({ min: -SECOND, max: DAY }),
    gen: fc.integer({ min: -3, max: 3 }),
    mode,
    isOwn: fc.integer({ min: 0, max: 9 }).map((number) => number > 0),
  })

  it('generations grow by one, no expiry passes the absolute one, and what ended stays as it is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, mayLoseWrites) => {
        let row = ROW
        let now = 0
        for (const { wait, gen, mode: chosen, isOwn } of steps) {
          now += wait
          const token: RotateInput = {
            ...TOKEN,
            ...(chosen === 'strict' ? STRICT : { mode: chosen }),
            gen: row.gen + gen,
            ...(isOwn ? {} : { jkt: 'other' }),
          }
          const { outcome, changes } = decideRotation(token, { row, epoch: 7, now, mayLoseWrites })
          const next: SessionRecord = { ...row, ...changes }
          const isUntouched = row.revokedAt !== undefined || !isOwn
          expect(isUntouched ? changes : {}).toEqual({})
          expect(next.gen - row.gen).toBe(outcome === 'rotated' || outcome === 'ahead' ? 1 : 0)
          expect(next.idleExpiresAt).toBeLessThanOrEqual(row.absoluteExpiresAt)
          expect(next.absoluteExpiresAt).toBe(row.absoluteExpiresAt)
          row = next
        }
      }),
    )
  })
})
