import { createAuthenticator, type AuthenticatorOptions, type StandardSchema } from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { base, bearer, resultOf, principalFor, refusalOf } from '../support/authenticate.ts'
import { listenTo } from '../support/listen.ts'
import { optionError } from '../support/options.ts'
import { thenable } from '../support/thenable.ts'

const signer = createSigner({ alg: 'HS256', kid: null })

function validating<Schema extends StandardSchema>(claims: Schema, more: Partial<AuthenticatorOptions> = {}) {
  const options: unknown = { ...base, ...more, secret: signer.secret!, claims }
  return createAuthenticator(options as AuthenticatorOptions<Schema>)
}

/** A schema that answers anything, as a faulty library might. */
function answering(validate: (value: unknown) => unknown): StandardSchema {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: validate as StandardSchema['~standard']['validate'],
    },
  }
}

const libraries: Record<string, StandardSchema<unknown, { org: string; level: number }>> = {
  zod: z.object({ org: z.string(), level: z.number().default(1) }),
  valibot: v.object({ org: v.string(), level: v.optional(v.number(), 1) }),
  arktype: type({ org: 'string', level: 'number = 1' }),
  'zod, asynchronous': z.object({
    org: z.string().refine(() => Promise.resolve(true)),
    level: z.number().default(1),
  }),
  'valibot, asynchronous': v.objectAsync({
    org: v.pipeAsync(
      v.string(),
      v.checkAsync(() => Promise.resolve(true)),
    ),
    level: v.optional(v.number(), 1),
  }),
}

describe.each(Object.entries(libraries))('a schema of %s', (_name, schema) => {
  const authenticator = validating(schema)

  it('validates the claims, and its output replaces them', async () => {
    const { claims } = await principalFor(authenticator, signer.token({ org: 'acme' }))
    expect(claims).toMatchObject({ org: 'acme', level: 1 })
    expect(Object.isFrozen(claims)).toBe(true)
  })

  it('refuses what it does not like, and says where to operators only', async () => {
    const events = listenTo('countersign:refused')
    const refusal = await refusalOf(
      authenticator,
      bearer(signer.token({ org: 'acme', level: 'classified-value' })),
    )
    expect(refusal).toMatchObject({ status: 401, body: { code: 'claims_invalid' } })
    expect(JSON.stringify(refusal)).not.toMatch(/level|classified-value/)
    expect(events.stop()).toEqual([
      { code: 'claims_invalid', status: 401, claim: undefined, cause: { paths: ['level'] } },
    ])
  })

  it('is not asked about a token that is bad anyway', async () => {
    expect(await resultOf(authenticator, signer.token({ exp: 1, level: 'x' }))).toBe('401 token_expired')
    expect(await resultOf(authenticator, createSigner({ alg: 'HS256', kid: null }).token())).toBe(
      '401 signature_invalid',
    )
  })
})

describe('the output of a schema', () => {
  it('is typed', async () => {
    const principal = await principalFor(
      validating(z.object({ org: z.string() })),
      signer.token({ org: 'acme' }),
    )
    const org: string = principal.claims.org
    expect(org).toBe('acme')
  })

  it('is frozen where it has no prototype, and may hold anything', async () => {
    const bare = Object.assign(Object.create(null) as object, { no: null, n: 1, f: () => 1, inner: [null] })
    const { claims } = await principalFor(validating(answering(() => ({ value: bare }))), signer.token())
    expect(claims).toBe(bare)
    expect(Object.isFrozen(bare)).toBe(true)
    expect(Object.isFrozen((bare as { inner: object }).inner)).toBe(true)
  })

  it('is frozen all the way down, also where the schema froze its top itself', async () => {
    const nested = z.object({ org: z.object({ teams: z.array(z.object({ name: z.string() })) }) })
    for (const schema of [nested, nested.readonly()]) {
      const token = signer.token({ org: { teams: [{ name: 'a' }] } })
      const { claims } = await principalFor(validating(schema), token)
      for (const part of [claims, claims.org, claims.org.teams, claims.org.teams[0]]) {
        expect(Object.isFrozen(part)).toBe(true)
      }
    }
    expect.assertions(10)
  })

  it('may have dates and maps, which are left as they are', async () => {
    const schema = z.object({ iat: z.number().transform((seconds) => new Date(seconds * 1_000)) })
    const { claims } = await principalFor(validating(schema), signer.token())
    expect(claims.iat).toBeInstanceOf(Date)
    expect(Object.isFrozen(claims.iat)).toBe(false)
  })

  it('may be circular', async () => {
    const circle: Record<string, unknown> = { sub: 'x' }
    circle['self'] = circle
    const frozen: Record<string, unknown> = { inner: {} }
    frozen['self'] = frozen
    Object.freeze(frozen)
    for (const value of [circle, frozen]) {
      const { claims } = await principalFor(validating(answering(() => ({ value }))), signer.token())
      expect(claims).toBe(value)
      expect(Object.isFrozen(claims)).toBe(true)
    }
    expect(Object.isFrozen(frozen['inner'])).toBe(true)
  })

  it('has no say about subject, scopes and roles: those are the token’s', async () => {
    const schema = answering(() => ({ value: { sub: 'admin', scope: 'all', roles: ['admin'] } }))
    const principal = await principalFor(validating(schema), signer.token({ scope: 'read' }))
    expect(principal).toMatchObject({ subject: 'user-1', scopes: ['read'], roles: [] })
  })
})

describe('a schema', () => {
  it('gets the claims frozen, so it cannot change what guards and revocation see', async () => {
    let seen: unknown
    const schema = answering((value) => {
      seen = value
      return { value }
    })
    await principalFor(validating(schema), signer.token({ org: { id: 1 } }))
    expect(Object.isFrozen(seen)).toBe(true)
    expect(Object.isFrozen((seen as { org: object }).org)).toBe(true)
  })

  const faults: Record<string, () => unknown> = {
    throws: () => {
      throw new Error('schema broken')
    },
    rejects: () => Promise.reject(new Error('schema broken')),
    'answers nothing': () => undefined,
    'answers null': () => null,
    'answers a promise of nothing': () => Promise.resolve(),
    'answers no value': () => ({}),
    'answers a text as value': () => ({ value: 'text' }),
    'answers null as value': () => ({ value: null }),
    'answers a promise of a number as value': () => Promise.resolve({ value: 5 }),
    'answers issues that are no list': () => ({ issues: 'many' }),
    'answers issues with a broken path': () => ({ issues: [{ message: 'x', path: [null] }] }),
    'answers a promise of issues that are null': () => Promise.resolve({ issues: [null] }),
    'answers a value that cannot be frozen': () => ({
      value: new Proxy({}, { preventExtensions: () => false }),
    }),
  }

  it.each(Object.entries(faults))(
    'that %s is our fault: 500 with an event, and nothing is thrown',
    async (_what, fault) => {
      const events = listenTo('countersign:refused')
      expect(await resultOf(validating(answering(fault)), signer.token())).toBe('500 internal_error')
      expect(events.stop()).toMatchObject([{ code: 'internal_error', cause: expect.any(Error) }])
    },
  )

  it('may answer by any thenable', async () => {
    const schema = answering((value) => thenable<object>((resolve) => resolve({ value })))
    expect(await resultOf(validating(schema), signer.token())).toBe('authenticated')
  })

  it('names symbols and keys in the paths of its complaints', async () => {
    const path = ['a', { key: 'b' }, 0, Symbol('s')]
    const events = listenTo('countersign:refused')
    const schema = answering(() => ({ issues: [{ message: 'secret value', path }, { message: 'whole' }] }))
    expect(await resultOf(validating(schema), signer.token())).toBe('401 claims_invalid')
    expect(events.stop()).toMatchObject([{ cause: { paths: ['a.b.0.Symbol(s)', ''] } }])
  })

  it.each([
    [{}],
    [null],
    ['zod'],
    [() => true],
    [{ '~standard': {} }],
    [{ '~standard': { version: 2, validate: () => ({}) } }],
    [{ '~standard': { version: 1 } }],
    [{ parse: () => ({}) }],
  ])('that is none (%o) is an error at start', (claims) => {
    const error = optionError({ claims })
    expect(error.option).toBe('claims')
    expect(error.message).toMatch(/is not a Standard Schema \(version 1\): use zod, valibot, arktype/)
  })
})
