import {
  dataRevocation,
  mergeRevocations,
  revocationLifetime,
  sessionRevocation,
  subjectKey,
  subjectRevocation,
  type RevocationEntry,
} from '@countersign/stores'
import { describe, expect, it } from 'vitest'
import { ENTRY, ROW } from './rows.ts'

describe('what operations append', () => {
  const common = { issuer: ROW.issuer, bound: undefined, except: undefined, expiresAt: 5 }

  it('the end of a session denies it', () => {
    const entry = { ...common, kind: 'session', key: 'tag.1', state: 'denied' }
    expect(sessionRevocation(ROW, 5)).toEqual(entry)
  })

  it('a change of data makes older versions stale', () => {
    const entry = { ...common, kind: 'session', key: 'tag.1', state: 'changed', bound: 3 }
    expect(dataRevocation({ ...ROW, dataVersion: 3 }, 5)).toEqual(entry)
  })

  it('a raise refuses what came before it, with or without an exception', () => {
    const entry = { ...common, kind: 'subject', key: '-!alice', state: 'before', bound: 9, except: 'tag.1' }
    const owner = { issuer: ROW.issuer, key: subjectKey({ subject: 'alice' }) }
    expect(subjectRevocation(owner, 9, 'tag.1', 5)).toEqual(entry)
    expect(subjectRevocation(owner, 9, undefined, 5)).toEqual({ ...entry, except: undefined })
  })

  it('lives as long as the longest token, and the most that a verifier may tolerate', () => {
    expect(revocationLifetime(600)).toBe(900_000)
  })
})

describe('the key of a subject', () => {
  it('is its own for each tenant and subject, whatever is in their names', () => {
    const owners = [
      { subject: 'a' },
      { subject: '1!a!b' },
      { tenant: '', subject: 'a' },
      { tenant: 'a', subject: '' },
      { tenant: 'a', subject: 'b' },
      { tenant: 'a!b', subject: 'c' },
      { tenant: 'a', subject: 'b!c' },
      { tenant: '-', subject: 'a' },
    ]
    expect(new Set(owners.map(subjectKey)).size).toBe(owners.length)
  })
})

describe('of two entries of one key', () => {
  const entry = (version: number, rest: Partial<RevocationEntry> = {}): RevocationEntry => ({
    ...ENTRY,
    version,
    ...rest,
  })

  it('that of the higher version holds, in any order, also twice', () => {
    const denied = entry(1)
    const allowed = entry(2, { state: 'allowed' })
    expect(mergeRevocations(undefined, denied)).toBe(denied)
    expect(mergeRevocations(denied, allowed)).toBe(allowed)
    expect(mergeRevocations(allowed, denied)).toBe(allowed)
    expect(mergeRevocations(allowed, allowed)).toBe(allowed)
  })

  it('the later bound holds where both say before, though it came first', () => {
    const late = entry(1, { state: 'before', bound: 20, except: 'tag.1' })
    const early = entry(2, { state: 'before', bound: 10 })
    expect(mergeRevocations(late, early)).toBe(late)
    expect(mergeRevocations(early, late)).toBe(late)
    const again = entry(3, { state: 'before', bound: 20 })
    expect(mergeRevocations(late, again)).toBe(again)
  })
})
