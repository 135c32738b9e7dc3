import { describe, expect, it } from 'vitest'
import { readLogCursor, toLogCursor, type LogPosition } from '../src/log-cursor.ts'

const name = '0f8fad5b-d9cd-4b4f-8c3a-3b0e3b0f1a2b'

describe('a cursor of the log', () => {
  it.each<LogPosition>([
    { name, from: '10:20:10,14', to: undefined, xid: '10', id: 0 },
    { name, from: undefined, to: '10:10:', xid: '9', id: 7 },
    { name, from: '1:2:', to: '18446744073709551615:18446744073709551615:', xid: '3', id: 9 },
  ])('is read as it was written: %o', (position) => {
    expect(readLogCursor(toLogCursor(position))).toEqual(position)
  })

  it.each([
    '',
    'x',
    name,
    `${name}////`,
    `${name}/a:b:///1/1`,
    `${name}/1:2:3'; --//1/1`,
    `${name}/1:2://1/-1`,
    `${name}/1:2://1/1/`,
  ])('is none: %s', (text) => {
    expect(readLogCursor(text)).toBeUndefined()
  })
})
