import { decideCreation, sessionState, subjectTagOf, type SessionRecord } from '@countersign/stores'
import { describe, expect, it } from 'vitest'
import { DAY, newSession, ROW } from './rows.ts'

const now = 100
const state = { epoch: 7, now, providerEnds: undefined }

/** A live session of the same subject. */
const other = (sid: string, rest: Partial<SessionRecord> = {}): SessionRecord => ({ ...ROW, sid, ...rest })

describe('a new session', () => {
  it('begins with generation 1, now, at the epoch of its subject', () => {
    const { session, ended } = decideCreation(newSession('tag.2'), { rows: [], ...state })
    expect(session).toEqual({
      ...ROW,
      sid: 'tag.2',
      gen: 1,
      rotatedAt: now,
      createdAt: now,
      idleTimeout: 2 * DAY,
      idleExpiresAt: now + 2 * DAY,
      absoluteExpiresAt: now + 10 * DAY,
    })
    expect(ended).toEqual([])
  })

  it('is never idle after its absolute expiry', () => {
    const { session } = decideCreation(newSession('tag.2', { absoluteTimeout: 5 }), { rows: [], ...state })
    expect([session?.idleExpiresAt, session?.absoluteExpiresAt]).toEqual([now + 5, now + 5])
  })

  it('[I-21] at the limit is denied, or ends the oldest ones, by age and then by sid', () => {
    const rows = [other('tag.b'), other('tag.c', { createdAt: -2 * DAY }), other('tag.a'), other('tag.B')]
    const denied = decideCreation(newSession('tag.2', { limit: 4 }), { rows, ...state })
    expect(denied).toEqual({ outcome: 'limit', session: undefined, ended: [] })
    expect(decideCreation(newSession('tag.2', { limit: 5 }), { rows, ...state }).session).toBeDefined()
    const { session, ended } = decideCreation(newSession('tag.2', { limit: 2, overLimit: 'evict' }), {
      rows,
      ...state,
    })
    expect(session?.sid).toBe('tag.2')
    expect(ended.map(({ sid }) => sid)).toEqual(['tag.c', 'tag.B', 'tag.a'])
    expect(ended[0]).toEqual({ ...rows[1], revokedAt: now, reason: 'evicted' })
  })

  it('[I-21] does not count what is over', () => {
    const rows = [
      other('tag.ended', { revokedAt: 1, reason: 'logout' }),
      other('tag.idle', { idleExpiresAt: now }),
      other('tag.outdated', { epoch: 6 }),
    ]
    expect(decideCreation(newSession('tag.2', { limit: 1 }), { rows, ...state }).session).toBeDefined()
  })

  it('[I-16] takes the place of a live one, which then is not counted', () => {
    const rows = [other('tag.1')]
    const replacing = newSession('tag.2', { limit: 1, replaces: 'tag.1' })
    expect(decideCreation(replacing, { rows, ...state }).ended).toEqual([
      { ...rows[0], revokedAt: now, reason: 'replaced' },
    ])
    const over = [other('tag.1', { revokedAt: 1, reason: 'logout' })]
    expect(decideCreation(replacing, { rows: over, ...state }).ended).toEqual([])
  })
})

describe('a session', () => {
  it.each([
    ['unknown', undefined],
    ['live', ROW],
    ['revoked', { ...ROW, revokedAt: 1 }],
    ['revoked', { ...ROW, revokedAt: 1, idleExpiresAt: now }],
    ['revoked', { ...ROW, epoch: 6 }],
    ['live', { ...ROW, epoch: 8 }],
    ['live', { ...ROW, idleExpiresAt: now + 1, absoluteExpiresAt: now + 1 }],
    ['expired', { ...ROW, idleExpiresAt: now }],
    ['expired', { ...ROW, absoluteExpiresAt: now }],
  ])('is %s', (expected, row) => {
    expect(sessionState(row, 7, now)).toBe(expected)
  })

  it.each([
    ['tag.random', 'tag'],
    ['tag.', 'tag'],
    ['.random', ''],
    ['a.b.c', 'a'],
    ['none', 'none'],
  ])('%s is of the subject with the tag %s', (sid, tag) => {
    expect(subjectTagOf(sid)).toBe(tag)
  })
})

describe('a sign-in that is under way', () => {
  const outcome = (since: number | undefined, rest: object = {}): string =>
    decideCreation(newSession('tag.2', { since }), { rows: [], ...state, ...rest }).outcome

  it('[I-19] creates nothing if the epoch was raised after it began', () => {
    expect(outcome(6)).toBe('endedSince')
    expect([outcome(7), outcome(8), outcome(undefined)]).toEqual(['created', 'created', 'created'])
  })

  it('creates nothing from a session that the provider ended, whenever it began', () => {
    const providerEnds = { session: 50, subject: undefined }
    for (const since of [49, 51, undefined]) expect(outcome(since, { providerEnds })).toBe('providerEnded')
  })

  it('creates nothing if the provider ended all of the subject after it began', () => {
    const providerEnds = { session: undefined, subject: 50 }
    expect(outcome(49, { providerEnds })).toBe('providerEnded')
    expect([outcome(50, { providerEnds }), outcome(undefined, { providerEnds })]).toEqual([
      'created',
      'created',
    ])
    const none = { session: undefined, subject: undefined }
    expect(outcome(49, { providerEnds: none })).toBe('created')
  })

  it('[I-21] ends no other session, and finds the reason before the limit', () => {
    const input = newSession('tag.2', { since: 6, limit: 1, overLimit: 'evict', replaces: ROW.sid })
    const refused = { outcome: 'endedSince', session: undefined, ended: [] }
    expect(decideCreation(input, { rows: [ROW], ...state })).toEqual(refused)
    const denied = { ...input, overLimit: 'deny', replaces: undefined } as const
    expect(decideCreation(denied, { rows: [ROW], ...state })).toEqual(refused)
  })
})
