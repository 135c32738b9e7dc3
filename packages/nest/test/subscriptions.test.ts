import { once } from 'node:events'
import { JwtAuthGuard, JwtAuthModule, Principal, Scopes } from '@countersign/nest'
import { APP_GUARD } from '@nestjs/core'
import { Query, Resolver, Subscription } from '@nestjs/graphql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { bearer, clock, idp, options } from '../../../test/support/adapters.ts'
import { serve } from './support/app.ts'
import { graphqlServers } from './support/graphql.ts'

@Resolver()
class TickResolver {
  @Query(() => String)
  me(@Principal() principal: Principal) {
    return principal.subject
  }

  @Subscription(() => String)
  async *tick(@Principal() principal: Principal) {
    await Promise.resolve()
    yield { tick: `for ${principal.subject}` }
  }

  @Scopes('ticks:admin')
  @Subscription(() => String)
  async *adminTick() {
    await Promise.resolve()
    yield { adminTick: 'let in' }
  }
}

const servers = graphqlServers({ subscriptions: { 'graphql-ws': true } }, { subscription: true })

interface Frame {
  readonly id?: string
  readonly type: string
  readonly payload?: unknown
}

describe.each(servers)('Nest with %s: subscriptions', (_name, platform, graphql) => {
  const start = async (more: object = {}) => {
    const { port } = await serve(platform, {
      imports: [graphql, JwtAuthModule.forRoot({ ...options, ...more })],
      providers: [TickResolver, { provide: APP_GUARD, useClass: JwtAuthGuard }],
    })
    return port
  }

  /** Opens a connection and answers how to subscribe on it: to all frames up to the one that ends the subscription. */
  async function connect(port: number, headers: Record<string, string>, payload?: object) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', { headers })
    onTestFinished(() => socket.terminate())
    const frames: Frame[] = []
    const waiting: (() => void)[] = []
    socket.on('message', (data: Buffer) => {
      frames.push(JSON.parse(data.toString('utf8')) as Frame)
      for (const wake of waiting.splice(0)) wake()
    })
    const until = async (found: () => boolean) => {
      while (!found()) await new Promise<void>((resolve) => waiting.push(resolve))
    }
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', ...(payload && { payload }) }))
    await until(() => frames.some(({ type }) => type === 'connection_ack'))
    let count = 0
    return async (query: string): Promise<string> => {
      const id = String(++count)
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }))
      await until(() => frames.some((frame) => frame.id === id && ['complete', 'error'].includes(frame.type)))
      return JSON.stringify(frames.filter((frame) => frame.id === id).map((frame) => frame.payload ?? null))
    }
  }

  it('take the credential of the upgrade request', async () => {
    const subscribe = await connect(await start(), await bearer())
    expect(await subscribe('subscription { tick }')).toContain('for user-1')
  })

  it('take a credential from the payload of connection_init, since browsers can set no header', async () => {
    const port = await start()
    const subscribe = await connect(port, {}, await bearer())
    expect(await subscribe('subscription { tick }')).toContain('for user-1')
    const capital = await connect(port, {}, { Authorization: (await bearer()).authorization })
    expect(await capital('subscription { tick }')).toContain('for user-1')
  })

  it('[V-38] take an empty place in the payload for no credential, so that the next one counts', async () => {
    const port = await start()
    const { authorization } = await bearer()
    for (const params of [
      { Authorization: '', authorization },
      { headers: {}, authorization },
      { headers: { authorization: ' ' }, Authorization: authorization },
    ]) {
      const subscribe = await connect(port, { authorization: '' }, params)
      expect(await subscribe('subscription { tick }')).toContain('for user-1')
    }
    const nobody = await connect(port, {}, { authorization: '' })
    expect(await nobody('subscription { tick }')).toContain('credential_missing')
  })

  it('are refused without one, and where a scope is missing', async () => {
    const port = await start()
    const nobody = await connect(port, {})
    expect(await nobody('subscription { tick }')).toContain('credential_missing')
    const somebody = await connect(port, await bearer())
    const answer = await somebody('subscription { adminTick }')
    expect(answer).toContain('scope_insufficient')
    expect(answer).not.toContain('let in')
  })

  it('[D6] show nothing of a bad token', async () => {
    const subscribe = await connect(await start(), {}, { authorization: 'Bearer x.secret.z' })
    const answer = await subscribe('subscription { tick }')
    expect(answer).toContain('token_malformed')
    expect(answer).not.toContain('secret')
  })

  it('are judged anew on a connection that outlives its token', async () => {
    const subscribe = await connect(await start(), await bearer())
    expect(await subscribe('subscription { tick }')).toContain('for user-1')
    clock.advance(616)
    expect(await subscribe('subscription { tick }')).toContain('token_expired')
  })

  it('[D1] by cookie need proof of the same origin', async () => {
    const port = await start({ cookie: true, origin: 'https://app.test' })
    const cookie = await idp.cookie()
    const foreign = await connect(port, { cookie, origin: 'https://evil.test' })
    expect(await foreign('subscription { tick }')).toContain('cross_site_rejected')
    const own = await connect(port, { cookie, origin: 'https://app.test' })
    expect(await own('subscription { tick }')).toContain('for user-1')
  })
})
