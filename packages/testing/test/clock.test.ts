import { fakeClock } from '@countersign/testing'
import { expect, it } from 'vitest'

it('a fake clock begins where it is told to, and moves only when told to', () => {
  expect(fakeClock().now()).toBe(Date.parse('2026-01-01T00:00:00Z'))
  const { advance, now, seconds, set } = fakeClock(1_500)
  expect([now(), seconds()]).toEqual([1_500, 1])
  advance(2)
  expect([now(), seconds()]).toEqual([3_500, 3])
  advance(-1)
  expect(now()).toBe(2_500)
  set(10_000)
  expect([now(), seconds()]).toEqual([10_000, 10])
})
