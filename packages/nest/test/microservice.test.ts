import type { AddressInfo, Server } from 'node:net'
import { JwtAuthGuard, JwtAuthModule, Principal, Public, Scopes } from '@countersign/nest'
import { Controller } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { ClientProxyFactory, EventPattern, MessagePattern, Payload, Transport } from '@nestjs/microservices'
import { Test } from '@nestjs/testing'
import { firstValueFrom } from 'rxjs'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { bearer, clock, idp, options } from '../../../test/support/adapters.ts'

const events: string[] = []

@Controller()
class OrdersController {
  @MessagePattern('me')
  me(@Principal() principal: Principal) {
    return principal.subject
  }

  @Scopes('orders:write')
  @MessagePattern('order')
  order(@Payload() data: { item: string }) {
    return data.item
  }

  @Public()
  @MessagePattern('health')
  health() {
    return 'well'
  }

  @EventPattern('ordered')
  ordered(@Principal() principal: Principal) {
    events.push(principal.subject)
  }
}

const { authorization: good } = await bearer()

describe('Nest: a microservice over TCP', () => {
  beforeEach(() => {
    events.length = 0
  })

  async function start() {
    const module = await Test.createTestingModule({
      imports: [JwtAuthModule.forRoot(options)],
      controllers: [OrdersController],
      providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }],
    }).compile()
    const transport = Transport.TCP as const
    const host = '127.0.0.1'
    const service = module.createNestMicroservice({ transport, options: { host, port: 0 }, logger: false })
    await service.listen()
    const { port } = service.unwrap<Server>().address() as AddressInfo
    const client = ClientProxyFactory.create({ transport, options: { host, port } })
    onTestFinished(async () => {
      void client.close()
      await service.close()
    })
    const send = (pattern: string, data: unknown) =>
      firstValueFrom(client.send<unknown>(pattern, data as never))
    return {
      send,
      emit: (pattern: string, data: unknown) => firstValueFrom(client.emit(pattern, data as never)),
    }
  }

  it('takes the credential from the member "authorization" of the data', async () => {
    const { send } = await start()
    expect(await send('me', await bearer())).toBe('user-1')
    expect(await send('order', { item: 'pen', ...(await bearer({ scope: 'orders:write' })) })).toBe('pen')
    expect(await send('health', {})).toBe('well')
  })

  it.each([
    ['nothing', {}],
    ['text', 'authorization'],
    ['a number', 7],
    ['a list', []],
    ['an authorization that is null', { authorization: null }],
    ['[V-38] an empty authorization', { authorization: '' }],
    ['[V-38] a blank authorization', { authorization: ' ' }],
    ['[V-38] an empty list', { authorization: [] }],
  ])('refuses %s with the problem document as the payload of the RpcException', async (_what, data) => {
    const { send } = await start()
    await expect(send('me', data)).rejects.toEqual({
      title: 'Unauthorized',
      status: 401,
      code: 'credential_missing',
      detail: 'The request has no access token.',
    })
  })

  it.each([
    ['credential_ambiguous', [good, good]],
    ['credential_malformed', { toString: 'x' }],
    ['credential_malformed', 7],
    ['credential_ambiguous', [good, {}]],
    ['credential_malformed', 'Bearer a b'],
    ['token_malformed', 'Bearer x.y.z'],
  ])('[E7] says %s to an authorization of %j', async (code, authorization) => {
    const { send } = await start()
    await expect(send('me', { authorization })).rejects.toMatchObject({ code })
  })

  it('asks for scopes', async () => {
    const { send } = await start()
    await expect(send('order', { item: 'pen', ...(await bearer()) })).rejects.toMatchObject({
      code: 'scope_insufficient',
      status: 403,
    })
  })

  it('[D6] echoes neither the token nor the message', async () => {
    const { send } = await start()
    const token = await idp.expired({ claims: { email: 'someone@example.test' } })
    const failure: unknown = await send('me', { authorization: `Bearer ${token}`, text: 'private' }).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'token_expired' })
    for (const secret of [...token.split('.'), 'someone@', 'private'])
      expect(JSON.stringify(failure)).not.toContain(secret)
  })

  it('judges each message', async () => {
    const { send } = await start()
    const headers = await bearer()
    expect(await send('me', headers)).toBe('user-1')
    clock.advance(616)
    await expect(send('me', headers)).rejects.toMatchObject({ code: 'token_expired' })
  })

  it('guards events: a refused one is not handled', async () => {
    const { send, emit } = await start()
    await emit('ordered', {})
    await emit('ordered', await bearer({ subject: 'user-2' }))
    // the same connection answers in order, so both events were seen
    expect(await send('me', await bearer())).toBe('user-1')
    expect(events).toEqual(['user-2'])
  })
})
