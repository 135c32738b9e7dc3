import { createAuthenticator, type AuthenticatorOptions } from '@countersign/core'
import { createSigner, fakeClock } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { acceptTwice, base, resultOf } from '../support/authenticate.ts'

/** A token that is remembered at a time, and what is said of it at others. */
function scene(
  claims: (now: number) => Record<string, unknown>,
  options: Partial<AuthenticatorOptions> = {},
) {
  const clock = fakeClock()
  const signer = createSigner({ alg: 'HS256', now: clock.now })
  const authenticator = createAuthenticator({ ...base, secret: signer.secret!, now: clock.now, ...options })
  const token = signer.token(claims(clock.seconds()))
  return {
    clock,
    judgeIt: () => resultOf(authenticator, token),
    acquaintIt: () => acceptTwice(authenticator, token),
  }
}

describe('a remembered token', () => {
  it('[V-7] [C1] is refused once it expired, and the clock tolerance is kept to the second', async () => {
    const { clock, judgeIt, acquaintIt } = scene((now) => ({ exp: now + 300 }))
    await acquaintIt()
    clock.advance(314)
    expect(await judgeIt()).toBe('authenticated')
    clock.advance(1)
    expect(await judgeIt()).toBe('401 token_expired')
    clock.advance(1_000_000)
    expect(await judgeIt()).toBe('401 token_expired')
  })

  it('[V-7] keeps to another clock tolerance as well', async () => {
    const { clock, judgeIt, acquaintIt } = scene((now) => ({ exp: now + 300 }), { clockTolerance: 0 })
    await acquaintIt()
    clock.advance(299.999)
    expect(await judgeIt()).toBe('authenticated')
    clock.advance(0.001)
    expect(await judgeIt()).toBe('401 token_expired')
  })

  it('[V-7] is refused where the clock went back to before its nbf, and is good again afterwards', async () => {
    const { clock, judgeIt, acquaintIt } = scene((now) => ({ nbf: now, iat: undefined }))
    await acquaintIt()
    clock.advance(-15)
    expect(await judgeIt()).toBe('authenticated')
    clock.advance(-1)
    expect(await judgeIt()).toBe('401 token_not_yet_valid')
    clock.advance(1)
    expect(await judgeIt()).toBe('authenticated')
  })

  it('[E4] is refused where the clock went back to before its iat', async () => {
    const { clock, judgeIt, acquaintIt } = scene(() => ({}))
    await acquaintIt()
    clock.advance(-16)
    expect(await judgeIt()).toBe('401 token_not_yet_valid')
  })

  it('[C7] is refused once it is older than maxTokenAge, whatever its exp', async () => {
    const { clock, judgeIt, acquaintIt } = scene((now) => ({ exp: now + 100_000 }), { maxTokenAge: 60 })
    await acquaintIt()
    clock.advance(74)
    expect(await judgeIt()).toBe('authenticated')
    clock.advance(1)
    expect(await judgeIt()).toBe('401 token_expired')
  })

  it('[C2] without exp, where that is allowed, is good for ever, but for maxTokenAge', async () => {
    const options = { dangerouslyAllowNoExpiry: true }
    const forever = scene(() => ({ exp: undefined }), options)
    const bounded = scene(() => ({ exp: undefined }), { ...options, maxTokenAge: 60 })
    await forever.acquaintIt()
    await bounded.acquaintIt()
    forever.clock.advance(1e9)
    bounded.clock.advance(75)
    expect(await forever.judgeIt()).toBe('authenticated')
    expect(await bounded.judgeIt()).toBe('401 token_expired')
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '[V-7] is refused by a clock that says %s',
    async (broken) => {
      let time = Date.UTC(2026, 0, 1)
      const signer = createSigner({ alg: 'HS256', now: () => time })
      const authenticator = createAuthenticator({ ...base, secret: signer.secret!, now: () => time })
      const token = signer.token({ nbf: time / 1_000 })
      await acceptTwice(authenticator, token)
      time = broken
      expect(await resultOf(authenticator, token)).toMatch(/^401 token_(expired|not_yet_valid)$/)
    },
  )
})
