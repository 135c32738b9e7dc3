import { decideChange } from '@countersign/stores'
import { describe, expect, it } from 'vitest'
import { ROW } from './rows.ts'

const inside = { row: ROW, epoch: 7, now: 1 }

describe('a change of data', () => {
  it('replaces them and raises their version, from any version or from the expected one', () => {
    const changed = { outcome: 'changed', changes: { data: 'new', dataVersion: 2 } }
    for (const expectedVersion of [undefined, 1]) {
      expect(decideChange({ data: 'new', expectedVersion }, inside)).toEqual(changed)
    }
  })

  it('is a conflict from another version', () => {
    for (const expectedVersion of [0, 2]) {
      const decision = decideChange({ data: 'new', expectedVersion }, inside)
      expect(decision).toEqual({ outcome: 'conflict', changes: {} })
    }
  })

  it('is nothing for a session that is not live, whatever version is expected', () => {
    const outcome = (rest: object): string =>
      decideChange({ data: 'new', expectedVersion: 9 }, { ...inside, ...rest }).outcome
    expect(outcome({ row: undefined })).toBe('unknown')
    expect(outcome({ epoch: 8 })).toBe('revoked')
    expect(outcome({ row: { ...ROW, revokedAt: 0, reason: 'logout' } })).toBe('revoked')
    expect(outcome({ now: ROW.idleExpiresAt })).toBe('expired')
  })
})
