import { createAuthenticator, type AuthenticatorOptions, type StandardSchema } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { acceptTwice, base, resultOf, principalFor, trusting } from '../support/authenticate.ts'

const signer = createSigner({ alg: 'HS256' })
const secret = signer.secret!

function validating<Schema extends StandardSchema>(claims: Schema, more: Partial<AuthenticatorOptions> = {}) {
  const options: unknown = { ...base, ...more, secret, claims }
  return createAuthenticator(options as AuthenticatorOptions<Schema>)
}

/** A schema that counts, and answers what it is told to. */
function counting(validate: (value: object) => unknown) {
  const calls: object[] = []
  const schema: StandardSchema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: ((value: object) => {
        calls.push(value)
        return validate(value)
      }) as StandardSchema['~standard']['validate'],
    },
  }
  return { schema, calls }
}

describe('a schema and a remembered token', () => {
  it('a synchronous one runs until the token is remembered, and its output is given again', async () => {
    const { schema, calls } = counting(() => ({ value: { run: calls.length } }))
    const authenticator = validating(schema)
    const token = signer.token()
    for (const run of [1, 2, 2, 2]) expect((await principalFor(authenticator, token)).claims).toEqual({ run })
    expect(calls).toHaveLength(2)
  })

  it('an asynchronous one runs each time, and its answer counts at once', async () => {
    let answer: unknown = { value: { org: 'acme' } }
    const { schema, calls } = counting(async () => {
      if (answer instanceof Error) throw answer
      return answer
    })
    const authenticator = validating(schema)
    const token = signer.token()
    for (let i = 0; i < 3; i++)
      expect((await principalFor(authenticator, token)).claims).toEqual({ org: 'acme' })
    answer = { value: { org: 'other' } }
    expect((await principalFor(authenticator, token)).claims).toEqual({ org: 'other' })
    answer = { issues: [{ message: 'no longer a member' }] }
    expect(await resultOf(authenticator, token)).toBe('401 claims_invalid')
    answer = new Error('directory down')
    expect(await resultOf(authenticator, token)).toBe('500 internal_error')
    expect(calls).toHaveLength(6)
  })

  it('one that is asynchronous for some tokens runs each time for those', async () => {
    const { schema, calls } = counting((value) => {
      const result = { value }
      return 'slow' in value ? Promise.resolve(result) : result
    })
    const authenticator = validating(schema)
    const [fast, slow] = [signer.token(), signer.token({ slow: true })]
    for (const token of [fast, slow, fast, slow, fast, slow, fast, slow])
      expect(await resultOf(authenticator, token)).toBe('authenticated')
    expect(calls.filter((value) => 'slow' in value)).toHaveLength(4)
    expect(calls).toHaveLength(6)
  })

  it('one that refused is asked again', async () => {
    let good = false
    const { schema, calls } = counting((value) => (good ? { value } : { issues: [{ message: 'no' }] }))
    const authenticator = validating(schema)
    const token = signer.token()
    for (let i = 0; i < 3; i++) expect(await resultOf(authenticator, token)).toBe('401 claims_invalid')
    good = true
    expect(await resultOf(authenticator, token)).toBe('authenticated')
    expect(calls).toHaveLength(4)
  })
})

describe('the claims of a remembered token', () => {
  it('are frozen all the way down, so no request can write what another reads', async () => {
    const authenticator = createAuthenticator({ ...base, secret })
    const token = signer.token({ roles: ['user'], realm: { groups: [{ name: 'a' }] } })
    const attack = async () => {
      const { claims } = await principalFor(authenticator, token)
      const open = claims as unknown as {
        sub: string
        roles: string[]
        realm: { groups: { name: string }[] }
      }
      expect(() => {
        open.sub = 'admin'
      }).toThrow(TypeError)
      expect(() => open.roles.push('admin')).toThrow(TypeError)
      expect(() => {
        open.realm.groups[0]!.name = 'admins'
      }).toThrow(TypeError)
      expect(() => {
        open.realm.groups = []
      }).toThrow(TypeError)
    }
    for (let i = 0; i < 4; i++) await attack()
    const { claims, roles, subject } = await principalFor(authenticator, token)
    expect(claims).toMatchObject({ sub: 'user-1', roles: ['user'], realm: { groups: [{ name: 'a' }] } })
    expect({ roles, subject }).toEqual({ roles: ['user'], subject: 'user-1' })
  })

  it('are frozen where a schema made them: plain objects and lists', async () => {
    const authenticator = validating(
      z.object({ org: z.object({ teams: z.array(z.object({ name: z.string() })) }) }),
    )
    const token = signer.token({ org: { teams: [{ name: 'a' }] } })
    for (let i = 0; i < 4; i++) {
      const { claims } = await principalFor(authenticator, token)
      expect(() => {
        claims.org.teams[0]!.name = 'admins'
      }).toThrow(TypeError)
      expect(() => claims.org.teams.push({ name: 'b' })).toThrow(TypeError)
      expect(claims.org.teams).toEqual([{ name: 'a' }])
    }
  })

  it('are the same with and without a memory', async () => {
    const cached = createAuthenticator({ ...base, secret })
    const uncached = createAuthenticator({ ...base, secret, tokenCacheSize: 0 })
    const token = signer.token({
      scope: 'a b',
      roles: ['x'],
      jti: 'j',
      sid: 's',
      nested: { a: [1, null, true] },
    })
    const expected = await principalFor(uncached, token)
    for (let i = 0; i < 4; i++) expect(await principalFor(cached, token)).toEqual(expected)
    expect(Object.isFrozen(await principalFor(cached, token))).toBe(true)
  })
})

describe('authenticators', () => {
  const rsa = createSigner({ alg: 'RS256' })
  const token = rsa.token({ scope: 'a', groups: ['g'] })

  it.each<[string, Parameters<typeof trusting>[1], string]>([
    ['another audience', { audience: 'https://other.test' }, '401 claim_mismatch'],
    ['another issuer', { issuer: 'https://other.test' }, '401 claim_mismatch'],
    [
      'other algorithms',
      { algorithms: ['PS256'], jwks: { keys: [{ ...rsa.jwk, alg: 'PS256' }] } },
      '401 algorithm_not_allowed',
    ],
    ['a client', { clientId: 'client-1' }, '401 claim_missing'],
    ['a profile', { profile: 'rfc9068' }, '401 token_type_wrong'],
    ['young tokens', { maxTokenAge: 60 }, '401 token_expired'],
    ['short tokens', { maxTokenLength: 256 }, '401 token_malformed'],
  ])(
    '[B4] remember each for themselves: the one for %s checks a token by its own policy',
    async (_what, options, said) => {
      const now = () => Date.now() + 100_000
      await acceptTwice(trusting(rsa, { now }), token)
      const other = trusting(rsa, { now, ...options })
      for (let i = 0; i < 3; i++) expect(await resultOf(other, token)).toBe(said)
    },
  )

  it('[B4] for other keys do not know what one remembers', async () => {
    await acceptTwice(trusting(rsa), token)
    const stranger = createSigner({ alg: 'RS256' })
    expect(await resultOf(trusting(stranger), token)).toBe('401 signature_invalid')
  })

  it('[B4] give roles and scopes by their own mapping', async () => {
    const plain = trusting(rsa)
    const mapped = trusting(rsa, { rolesFrom: 'groups', scopesFrom: 'nowhere' })
    for (let i = 0; i < 4; i++) {
      expect(await principalFor(plain, token)).toMatchObject({ roles: [], scopes: ['a'] })
      expect(await principalFor(mapped, token)).toMatchObject({ roles: ['g'], scopes: [] })
    }
  })
})
