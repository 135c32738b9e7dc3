import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createLoginLimit } from '../../examples/spa/src/server/login-limit.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

/** How many of so many attempts pass. */
function passing(
  limit: ReturnType<typeof createLoginLimit>,
  attempts: number,
  emailOf: (i: number) => string,
  ip = '192.0.2.1',
): number {
  const verdicts = Array.from({ length: attempts }, (_, i) =>
    limit({ route: 'login', ip, credentials: { email: emailOf(i) }, sessionId: undefined }),
  )
  return verdicts.filter((verdict) => verdict === true).length
}

it('[I-24] another spelling of an address is the same account', () => {
  const spelled = (i: number): string => ' '.repeat(i) + (i % 2 === 0 ? 'ada@example.com' : 'ADA@Example.com')
  expect(passing(createLoginLimit(), 200, spelled)).toBe(10)
})

it('[I-24] one address does not try one password on everybody, nor fill the memory', () => {
  const limit = createLoginLimit()
  expect(passing(limit, 5_000, (i) => `user-${i}@example.com`)).toBe(100)
  expect(passing(limit, 10, () => 'ada@example.com', '192.0.2.2')).toBe(10)
})

it('a minute later there are new attempts', () => {
  const limit = createLoginLimit()
  expect(passing(limit, 11, () => 'ada@example.com')).toBe(10)
  vi.advanceTimersByTime(60_000)
  expect(passing(limit, 11, () => 'ada@example.com')).toBe(10)
})
