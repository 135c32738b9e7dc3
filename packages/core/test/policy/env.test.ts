import { createAuthenticator, optionsFromEnv } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { resultOf } from '../support/authenticate.ts'

const required = { JWT_ISSUER: 'https://idp.test', JWT_AUDIENCE: 'https://api.test' }
const ec = createSigner({ alg: 'ES256' })

describe('options from the environment', () => {
  afterEach(() => vi.unstubAllEnvs())

  it.each([
    [{}, /^countersign: JWT_ISSUER and JWT_AUDIENCE are not set\. Set JWT_ISSUER to the "iss"/],
    [{ JWT_ISSUER: 'x' }, /^countersign: JWT_AUDIENCE is not set/],
    [{ JWT_AUDIENCE: 'x' }, /^countersign: JWT_ISSUER is not set/],
    [{ JWT_ISSUER: ' ', JWT_AUDIENCE: '' }, /JWT_ISSUER is set, but empty: set it$/],
    [{ ...required, JWT_SECRET: 'x', JWT_PUBLIC_KEY: 'y' }, /JWT_SECRET and JWT_PUBLIC_KEY are both set/],
    [{ ...required, JWT_JWKS_URI: 'x', JWT_PUBLIC_KEY: 'y' }, /JWT_PUBLIC_KEY and JWT_JWKS_URI are both set/],
    [{ ...required, JWT_SECRET: '' }, /JWT_SECRET is set, but empty: set it, or remove it/],
    [{ ...required, JWT_JWKS_URI: ' ' }, /JWT_JWKS_URI is set, but empty/],
  ])('%o lack something, and the error names it', (env, message) => {
    expect(() => optionsFromEnv(env)).toThrow(message)
  })

  it('are issuer, audience and discovery at the least', () => {
    expect(optionsFromEnv(required)).toEqual({ issuer: 'https://idp.test', audience: ['https://api.test'] })
  })

  it('take lists with commas, and trim', () => {
    const env = { JWT_ISSUER: ' https://idp.test ', JWT_AUDIENCE: 'a, b ,,c', JWT_ALGORITHMS: 'ES256, RS256' }
    expect(optionsFromEnv({ ...env, JWT_JWKS_URI: ' https://idp.test/jwks\n' })).toEqual({
      issuer: 'https://idp.test',
      audience: ['a', 'b', 'c'],
      algorithms: ['ES256', 'RS256'],
      jwksUri: 'https://idp.test/jwks',
    })
  })

  it('take a PEM on one line, with \\n for line breaks', async () => {
    for (const pem of [ec.pem, ec.pem.replaceAll('\n', String.raw`\n`)]) {
      const authenticator = createAuthenticator(optionsFromEnv({ ...required, JWT_PUBLIC_KEY: pem }))
      expect(await resultOf(authenticator, ec.token())).toBe('authenticated')
    }
    expect.assertions(2)
  })

  it('take a secret as it is, spaces included', () => {
    const secret = ` ${randomBytes(32).toString('hex')} `
    expect(optionsFromEnv({ ...required, JWT_SECRET: secret })).toMatchObject({ secret })
  })

  it('are checked like any others: what they name wrongly is an error at start', () => {
    const make = (env: object) => () => createAuthenticator(optionsFromEnv({ ...required, ...env }))
    expect(make({ JWT_SECRET: 'short' })).toThrow(/option "secret" has 5 bytes/)
    expect(make({ JWT_ALGORITHMS: 'none' })).toThrow(
      /option "algorithms" contains "none", which is not supported/,
    )
    expect(make({ JWT_ALGORITHMS: '' })).toThrow(/option "algorithms" must be a list of one or more/)
    expect(make({ JWT_AUDIENCE: ',' })).toThrow(/option "audience" must be a string or a list/)
    expect(make({ JWT_SECRET: ec.pem })).toThrow(/option "secret" holds a PEM key/)
  })

  it('come from process.env where no other is given', () => {
    vi.stubEnv('JWT_ISSUER', 'https://env.test')
    vi.stubEnv('JWT_AUDIENCE', 'api')
    expect(optionsFromEnv()).toEqual({ issuer: 'https://env.test', audience: ['api'] })
  })

  it('never show a secret in an error', () => {
    const secret = randomBytes(32).toString('hex')
    const env = { ...required, JWT_SECRET: secret, JWT_PUBLIC_KEY: 'x' }
    let message = ''
    try {
      optionsFromEnv(env)
    } catch (error) {
      ;({ message } = error as Error)
    }
    expect(message).toMatch(/both set/)
    expect(message).not.toContain(secret)
  })
})
