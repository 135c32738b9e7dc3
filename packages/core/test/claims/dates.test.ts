import { createAuthenticator, type AuthenticatorOptions } from '@countersign/core'
import { createSigner, fakeClock } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { base, resultOf, claimResultOf, principalFor } from '../support/authenticate.ts'
import { listenTo } from '../support/listen.ts'
import { optionError } from '../support/options.ts'

const clock = fakeClock()
const now = clock.seconds()
const signer = createSigner({ alg: 'HS256', kid: null, now: clock.now })

function judging(options: Partial<AuthenticatorOptions> = {}, skew = 0) {
  return createAuthenticator({
    ...base,
    secret: signer.secret!,
    now: () => clock.now() + skew * 1_000,
    ...options,
  })
}

/** A token whose payload has this text as the value of a claim, JSON or beyond. */
function withText(claim: string, text: string): string {
  const { [claim]: _replaced, ...claims } = signer.claims()
  return signer.raw('{"alg":"HS256"}', `${JSON.stringify(claims).slice(0, -1)},"${claim}":${text}}`)
}

describe.each(['exp', 'nbf', 'iat'])('[C1][E4][V-7] %s', (claim) => {
  it.each([
    '"1"',
    '""',
    `"${now + 100}"`,
    'null',
    'true',
    'false',
    '[]',
    `[${now + 100}]`,
    '{}',
    '-1',
    '-0.5',
    '-1e308',
    '1e308',
    '1e309',
    '-1e309',
    '1e999',
    '8.640000000001e12',
    '99999999999999999999',
    `${now * 1_000}e3`,
    `"${new Date(clock.now()).toISOString()}"`,
  ])('that is %s is refused', async (text) => {
    expect(await claimResultOf(judging(), withText(claim, text))).toBe(`401 claims_invalid ${claim}`)
  })

  it.each(['NaN', 'Infinity', '-Infinity', '0x10', '01', '+1', '.5', 'undefined', '1_000'])(
    'that is %s, which is no JSON, is refused',
    async (text) => {
      expect(await resultOf(judging(), withText(claim, text))).toBe('401 token_malformed')
    },
  )

  it('that is 0 is a time long gone, not an absent claim', async () => {
    const said = await resultOf(judging({ maxTokenAge: 60 }), withText(claim, '0'))
    expect(said).toBe(claim === 'nbf' ? 'authenticated' : '401 token_expired')
  })
})

describe('exp', () => {
  it('[C2][V-7] is required', async () => {
    expect(await claimResultOf(judging(), signer.token({ exp: undefined }))).toBe('401 claim_missing exp')
  })

  it('[C2] may be missing where the policy spells that out, but not be wrong or past', async () => {
    const authenticator = judging({ dangerouslyAllowNoExpiry: true })
    const { expiresAt } = await principalFor(authenticator, signer.token({ exp: undefined }))
    expect(expiresAt).toBe(Number.POSITIVE_INFINITY)
    expect(await resultOf(authenticator, signer.token({ exp: now - 16 }))).toBe('401 token_expired')
    expect(await resultOf(authenticator, signer.token({ exp: null }))).toBe('401 claims_invalid')
  })

  it.each([
    [-14.999, 'authenticated'],
    [-15, '401 token_expired'],
    [-16, '401 token_expired'],
    [0, 'authenticated'],
    [0.5, 'authenticated'],
  ])('[V-7] %f s from now: %s, by a tolerance of 15 s', async (seconds, said) => {
    expect(await resultOf(judging(), signer.token({ exp: now + seconds }))).toBe(said)
  })

  it.each([
    [0, 0, '401 token_expired'],
    [0, 1, 'authenticated'],
    [60, -59, 'authenticated'],
    [60, -60, '401 token_expired'],
    [300, -299, 'authenticated'],
    [300, -300, '401 token_expired'],
  ])('with a tolerance of %i s, %i s from now: %s', async (clockTolerance, seconds, said) => {
    expect(await resultOf(judging({ clockTolerance }), signer.token({ exp: now + seconds }))).toBe(said)
  })

  it('is read to the millisecond of our clock', async () => {
    const authenticator = judging({ clockTolerance: 0 }, 0.999)
    expect(await resultOf(authenticator, signer.token({ exp: now + 1 }))).toBe('authenticated')
    expect(await resultOf(judging({ clockTolerance: 0 }, 1), signer.token({ exp: now + 1 }))).toBe(
      '401 token_expired',
    )
  })

  it('becomes expiresAt, in milliseconds', async () => {
    expect((await principalFor(judging(), signer.token())).expiresAt).toBe((now + 300) * 1_000)
  })
})

describe.each(['nbf', 'iat'])('%s', (claim) => {
  it.each([
    [15, 'authenticated'],
    [15.001, '401 token_not_yet_valid'],
    [3_600, '401 token_not_yet_valid'],
    [-3_600, 'authenticated'],
  ])('[E4][V-7] %f s from now: %s', async (seconds, said) => {
    expect(await resultOf(judging(), signer.token({ [claim]: now + seconds }))).toBe(said)
  })

  it('is named where it is in the future', async () => {
    expect(await claimResultOf(judging(), signer.token({ [claim]: now + 99 }))).toBe(
      `401 token_not_yet_valid ${claim}`,
    )
  })

  it('[V-7] may be missing', async () => {
    expect(await resultOf(judging(), signer.token({ [claim]: undefined }))).toBe('authenticated')
  })
})

describe('a date in milliseconds', () => {
  it.each(['exp', 'nbf', 'iat'])('[V-31] is refused as %s, and the event says why', async (claim) => {
    for (const time of [1e12, clock.now(), clock.now() + 0.5, 1_000_000_000_000, 8.64e12, 8.64e15]) {
      const events = listenTo('countersign:refused')
      expect(await claimResultOf(judging(), signer.token({ [claim]: time }))).toBe(
        `401 claims_invalid ${claim}`,
      )
      const [event] = events.stop()
      expect((event!.cause as Error).message).toBe(
        `the claim "${claim}" is 10^12 or more: it looks like milliseconds, and must be seconds since 1970 (RFC 7519 section 2)`,
      )
    }
    const events = listenTo('countersign:refused')
    await claimResultOf(judging(), signer.token({ [claim]: -1 }))
    expect(events.stop()).toMatchObject([{ cause: undefined }])
  })

  it('[V-31] begins at 10^12: the last second before is a date', async () => {
    const { expiresAt } = await principalFor(judging(), withText('exp', '999999999999'))
    expect(new Date(expiresAt).toISOString()).toBe('+033658-09-27T01:46:39.000Z')
    expect(await claimResultOf(judging(), withText('exp', '1000000000000'))).toBe('401 claims_invalid exp')
  })
})

describe('maxTokenAge', () => {
  const authenticator = judging({ maxTokenAge: 60 })

  it('[C7] names the claim by which a token is too old', async () => {
    const token = signer.token({ iat: now - 75, exp: now + 86_400 })
    expect(await claimResultOf(authenticator, token)).toBe('401 token_expired iat')
  })

  it('[C7][C3] requires iat', async () => {
    expect(await claimResultOf(authenticator, signer.token({ iat: undefined }))).toBe('401 claim_missing iat')
    expect(await resultOf(authenticator, signer.token())).toBe('authenticated')
  })

  it.each([
    [60, 'authenticated'],
    [74.999, 'authenticated'],
    [75, '401 token_expired'],
    [86_400, '401 token_expired'],
  ])('[C7] of 60 s and a token %f s old: %s, whatever its exp', async (age, said) => {
    expect(await resultOf(authenticator, signer.token({ iat: now - age, exp: now + 86_400 }))).toBe(said)
  })
})

describe('a clock', () => {
  it.each([[Number.NaN], [undefined], ['soon']])('that says %o lets no token in', async (time) => {
    const authenticator = judging({ now: () => time as number })
    expect(await resultOf(authenticator, signer.token())).toBe('401 token_expired')
    const lasting = judging({ now: () => time as number, dangerouslyAllowNoExpiry: true })
    expect(await resultOf(lasting, signer.token({ exp: undefined }))).toBe('401 token_not_yet_valid')
    expect(await resultOf(lasting, signer.token({ exp: undefined, iat: undefined, nbf: 1 }))).toBe(
      '401 token_not_yet_valid',
    )
  })

  it('may be given as the option "now" only as a function', () => {
    expect(optionError({ now: 5 }).message).toMatch(/"now" must be a function/)
    expect.assertions(2)
  })
})
