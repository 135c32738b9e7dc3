import { JwtAuthGuard, JwtAuthModule, Principal, Public, Scopes, UsePolicy } from '@countersign/nest'
import { Injectable } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { Field, Mutation, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql'
import { beforeEach, describe, expect, it } from 'vitest'
import { assertLeaksNothing, bearer, idp, options, partner } from '../../../test/support/adapters.ts'
import { serve } from './support/app.ts'
import { graphqlServers } from './support/graphql.ts'

@ObjectType()
class Order {
  @Field(() => String)
  id!: string

  @Field(() => String, { nullable: true })
  price?: string
}

let asked = 0
const policy = {
  ...options,
  isRevoked: async () => {
    asked++
    await Promise.resolve()
    return false
  },
}

@Injectable()
@Resolver(() => Order)
class OrderResolver {
  @Query(() => String)
  me(@Principal() principal: Principal) {
    return principal.subject
  }

  @Public()
  @Query(() => String)
  health() {
    return 'well'
  }

  @Scopes('orders:read')
  @Query(() => [Order])
  orders() {
    return [{ id: '1' }, { id: '2' }, { id: '3' }]
  }

  @Scopes('orders:write')
  @Mutation(() => String)
  order(@Principal() principal: Principal) {
    return `ordered by ${principal.subject}`
  }

  @Scopes('prices:read')
  @ResolveField(() => String, { nullable: true })
  price(@Parent() order: Order, @Principal() principal: Principal) {
    return `${order.id} for ${principal.subject}`
  }
}

@Resolver()
class PartnerResolver {
  @UsePolicy('partner')
  @Query(() => String)
  async partner(@Principal() principal: Principal) {
    await Promise.resolve()
    return principal.subject
  }
}

const servers = graphqlServers(
  // as in development, where Apollo puts more into its answers
  { fieldResolverEnhancers: ['guards'], includeStacktraceInErrorResponses: true },
  { fieldResolverEnhancers: ['guards'] },
)

interface GraphqlAnswer {
  readonly data: Record<string, unknown> | null
  readonly errors?: readonly { message: string; extensions: Record<string, unknown> }[]
}

describe.each(servers)('Nest with %s', (_name, platform, graphql) => {
  const start = async (more: object = {}) => {
    const { ask } = await serve(platform, {
      imports: [graphql, JwtAuthModule.forRoot({ ...policy, ...more })],
      providers: [OrderResolver, { provide: APP_GUARD, useClass: JwtAuthGuard }],
    })
    return (query: string, headers: Record<string, string> = {}) =>
      ask('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      })
  }
  const read = async (response: Response) => (await response.json()) as GraphqlAnswer
  beforeEach(() => {
    asked = 0
  })

  it('guards queries, and leaves public ones open', async () => {
    const ask = await start()
    expect((await read(await ask('{ health }'))).data).toEqual({ health: 'well' })
    expect((await read(await ask('{ me }', await bearer()))).data).toEqual({ me: 'user-1' })
    const refused = await read(await ask('{ me }'))
    expect(refused.data).toBeNull()
    expect(refused.errors).toMatchObject([
      {
        message: 'The request has no access token.',
        extensions: { code: 'credential_missing', status: 401 },
      },
    ])
  })

  it('guards mutations by scope', async () => {
    const ask = await start()
    const refused = await read(await ask('mutation { order }', await bearer()))
    expect(refused.errors).toMatchObject([{ extensions: { code: 'scope_insufficient', status: 403 } }])
    const admitted = await read(await ask('mutation { order }', await bearer({ scope: 'orders:write' })))
    expect(admitted.data).toEqual({ order: 'ordered by user-1' })
  })

  it('guards field resolvers, and refuses only the field', async () => {
    const ask = await start()
    const partly = await read(await ask('{ orders { id price } }', await bearer({ scope: 'orders:read' })))
    expect(partly.data).toMatchObject({ orders: [{ id: '1', price: null }, {}, {}] })
    expect(partly.errors?.map(({ extensions }) => extensions['code'])).toEqual(
      Array.from({ length: 3 }, () => 'scope_insufficient'),
    )
  })

  it('verifies once for all fields of a request, also those that run side by side', async () => {
    const ask = await start()
    const headers = await bearer({ scope: 'orders:read prices:read' })
    const { data } = await read(await ask('{ a: me b: me c: me orders { id price } }', headers))
    expect(data).toMatchObject({ a: 'user-1', c: 'user-1', orders: [{ price: '1 for user-1' }, {}, {}] })
    expect(asked).toBe(1)
    await ask('{ me }', headers)
    expect(asked).toBe(2)
  })

  it('gives each field the principal of the policy that it names, side by side', async () => {
    const { ask } = await serve(platform, {
      imports: [
        graphql,
        JwtAuthModule.forRoot({ ...policy, dangerouslyReadQuery: 'token' }),
        JwtAuthModule.forRoot({
          ...partner.options,
          name: 'partner',
          cookie: true,
          origin: 'https://app.test',
        }),
      ],
      providers: [OrderResolver, PartnerResolver, { provide: APP_GUARD, useClass: JwtAuthGuard }],
    })
    const response = await ask(`/graphql?token=${await idp.token()}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: 'https://app.test',
        cookie: await partner.cookie({ subject: 'buyer-1' }),
      },
      body: JSON.stringify({ query: '{ me partner again: me }' }),
    })
    expect(await read(response)).toEqual({ data: { me: 'user-1', partner: 'buyer-1', again: 'user-1' } })
  })

  it('[D6] shows nothing of the token', async () => {
    const ask = await start()
    const { text } = await assertLeaksNothing((headers) => ask('{ me }', headers))
    expect(text).toContain('"code":"token_expired"')
  })

  it('[E6] takes cookies as elsewhere', async () => {
    const ask = await start({ cookie: true, origin: 'https://app.test' })
    const cookie = await idp.cookie()
    const foreign = await read(await ask('{ me }', { cookie, origin: 'https://evil.test' }))
    expect(foreign.errors).toMatchObject([{ extensions: { code: 'cross_site_rejected' } }])
    const own = await ask('{ me }', { cookie, origin: 'https://app.test' })
    expect((await read(own)).data).toEqual({ me: 'user-1' })
    expect(own.headers.get('vary')).toContain('Cookie')
    expect(own.headers.get('cache-control')).toBe('no-store')
  })
})
