import {
  AuthError,
  isAuthError,
  REFUSAL_CODES,
  REFUSALS,
  type Refusal,
  type RefusalCode,
} from '@countersign/core'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Failure } from '../src/refusal/failure.ts'
import { quotedString } from '../src/refusal/quoted-string.ts'
import { refuse } from '../src/refusal/refuse.ts'
import { fc } from './support/property.ts'

/** RFC 9110 section 11.6.1, as far as RFC 6750 section 3 uses it: one challenge with quoted parameters. */
function readChallenge(value: string): { scheme: string; parameters: Record<string, string> } {
  const [, scheme, rest] = /^(\S+)(?: (.*))?$/.exec(value)!
  const parameters: Record<string, string> = {}
  for (const part of rest?.match(/[a-z_]+=("[^"\\]*"|\d+)(, |$)/g) ?? []) {
    const [, name, text] = /^([a-z_]+)=(.*?)(?:, )?$/.exec(part)!
    parameters[name!] = text!.replaceAll('"', '')
  }
  return { scheme: scheme!, parameters }
}

describe.each(REFUSAL_CODES)('the refusal %s', (code) => {
  const refusal = refuse(new Failure(code), 'my api')
  const row = REFUSALS[code]

  it('[V-11] has the status and the challenge of its row', () => {
    expect(refusal.status).toBe(row.status)
    const error = { error: row.challenge, error_description: row.detail }
    const expected = {
      scheme: 'Bearer',
      parameters: { realm: 'my api', ...(row.challenge === 'bare' ? {} : error) },
    }
    const header = refusal.headers['WWW-Authenticate']
    expect(header && readChallenge(header)).toEqual(row.challenge === 'none' ? undefined : expected)
  })

  it('has a problem document of constants, which names no token', () => {
    expect(refusal.body).toEqual({ title: expect.any(String), status: row.status, code, detail: row.detail })
    expect(refusal.headers['Content-Type']).toBe('application/problem+json')
    expect(refusal.headers['Cache-Control']).toBe('no-store')
    // RFC 6750 section 3: what may stand in error_description
    expect(row.detail).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(row.remedy.length).toBeGreaterThan(5)
  })

  it('is frozen', () => {
    expect([refusal, refusal.headers, refusal.body].map((part) => Object.isFrozen(part))).toEqual([
      true,
      true,
      true,
    ])
  })

  it('has Retry-After if, and only if, it is a 503', () => {
    expect(refusal.headers['Retry-After']).toBe(row.status === 503 ? '5' : undefined)
  })
})

describe('the table of refusals', () => {
  it('[V-11] answers as RFC 6750 sections 3 and 3.1 want it', () => {
    const byChallenge = new Map<string, Set<number>>()
    for (const { challenge, status } of Object.values(REFUSALS)) {
      byChallenge.set(challenge, (byChallenge.get(challenge) ?? new Set()).add(status))
    }
    expect(Object.fromEntries(byChallenge)).toEqual({
      bare: new Set([401]),
      invalid_request: new Set([400]),
      invalid_token: new Set([401]),
      insufficient_scope: new Set([403]),
      insufficient_user_authentication: new Set([401]),
      none: new Set([403, 503, 500]),
    })
  })

  it('[V-11] has no error code and no realm of its own where there was no credential', () => {
    expect(refuse(new Failure('credential_missing')).headers['WWW-Authenticate']).toBe('Bearer')
  })

  it('[D8] never says 401 where keys or revocation cannot be checked', () => {
    expect([REFUSALS.keys_unavailable.status, REFUSALS.revocation_unavailable.status]).toEqual([503, 503])
  })

  it('lists its codes', () => {
    expect(REFUSAL_CODES).toEqual(Object.keys(REFUSALS))
    expect(Object.isFrozen(REFUSAL_CODES)).toBe(true)
  })
})

describe('facts', () => {
  it.each<[ConstructorParameters<typeof Failure>, string]>([
    [['scope_insufficient', { scopes: ['a', 'b'] }], 'scope="a b"'],
    [['authentication_insufficient', { acrValues: ['gold', 'silver'] }], 'acr_values="gold silver"'],
    [['authentication_insufficient', { maxAge: 0 }], 'max_age=0'],
  ])('of %j go into the challenge', (failure, parameter) => {
    expect(refuse(new Failure(...failure)).headers['WWW-Authenticate']).toMatch(new RegExp(`, ${parameter}$`))
  })

  it.each([
    [0, '1'],
    [-5, '1'],
    [0.2, '1'],
    [1.2, '2'],
    [30, '30'],
  ])('of %f seconds make Retry-After %s', (retryAfter, header) => {
    expect(refuse(new Failure('keys_unavailable', { retryAfter })).headers['Retry-After']).toBe(header)
  })

  it('name the claim in the body, and keep the cause to themselves', () => {
    const refusal = refuse(
      new Failure('claim_missing', { claim: 'aud', cause: new Error('internal detail') }),
    )
    expect(refusal.body.claim).toBe('aud')
    expect(inspect(refusal, { depth: Infinity })).not.toContain('internal detail')
  })
})

describe('a quoted-string', () => {
  it('[V-11] has nothing that ends it, splits the header or needs an escape, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const quoted = quotedString(text)
        expect(quoted).toMatch(/^"[\x20-\x21\x23-\x5b\x5d-\x7e]*"$/)
        const allowed = Array.from(text).filter((character) =>
          /[\x20-\x21\x23-\x5b\x5d-\x7e]/.test(character),
        )
        expect(quoted.slice(1, -1)).toBe(allowed.join(''))
      }),
    )
  })

  it.each(['a"b', 'a\\b', 'a\r\nX: y', 'a\0', 'é', '\u{1F600}', '"', '\\"'])(
    '[V-11] drops what may not be in it: %j',
    (text) => {
      expect(quotedString(text)).toMatch(/^"[\x20-\x21\x23-\x5b\x5d-\x7e]*"$/)
      expect(quotedString('plain text (1)')).toBe('"plain text (1)"')
    },
  )
})

describe('an AuthError', () => {
  const refusal: Refusal = refuse(new Failure('token_expired', { claim: 'exp' }))
  const error = new AuthError(refusal)

  it('is the refusal in the shape of an error, without a stack', () => {
    expect(error).toMatchObject({
      name: 'AuthError',
      code: 'token_expired' satisfies RefusalCode,
      status: 401,
      statusCode: 401,
      headers: refusal.headers,
      body: refusal.body,
      message: 'The access token expired.',
    })
    expect(error.stack).not.toMatch(/\n\s+at /)
    expect(new Error('other').stack).toMatch(/\n\s+at /)
  })

  it('is known by its brand, also from another copy of the package, and nothing else is', () => {
    expect(isAuthError(error)).toBe(true)
    expect(
      isAuthError(Object.assign(new Error('copy'), { [Symbol.for('@countersign/auth-error')]: true })),
    ).toBe(true)
    for (const other of [
      new Error('x'),
      { status: 401, code: 'token_expired' },
      null,
      undefined,
      'AuthError',
      Object.assign({}, error),
    ]) {
      expect(isAuthError(other)).toBe(false)
    }
    expect.assertions(8)
  })
})
