import 'reflect-metadata'
import { createSigner } from '@countersign/forge'
import {
  Authorize,
  JwtAuthGuard,
  JwtAuthModule,
  Principal,
  Public,
  Roles,
  role,
  scope,
  Scopes,
  anyOf,
} from '@countersign/nest'
import { Controller, Get, Injectable, Module, type INestApplication } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { Test } from '@nestjs/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const signer = createSigner()

@Injectable()
class Greeter {
  hello(name: string) {
    return { hello: name }
  }
}

@Controller()
class AppController {
  constructor(private readonly greeter: Greeter) {}

  @Public()
  @Get('health')
  health() {
    return { ok: true }
  }

  @Get('me')
  me(@Principal() principal: Principal) {
    return this.greeter.hello(principal.subject)
  }

  @Scopes('orders:read', 'orders:list')
  @Get('orders')
  orders() {
    return []
  }

  @Roles('admin')
  @Scopes('orders:read')
  @Get('both')
  both() {
    return []
  }

  @Authorize(anyOf(role('admin'), scope('orders:delete')))
  @Get('either')
  either() {
    return []
  }
}

@Module({
  imports: [
    JwtAuthModule.forRoot({ issuer: signer.issuer, audience: signer.audience, publicKey: signer.pem }),
  ],
  controllers: [AppController],
  providers: [Greeter, { provide: APP_GUARD, useClass: JwtAuthGuard }],
})
class AppModule {}

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('Nest on %s', (_name, adapter) => {
  let app: INestApplication
  let url: string
  beforeAll(async () => {
    const ref = await Test.createTestingModule({ imports: [AppModule] }).compile()
    app = ref.createNestApplication(adapter() as ExpressAdapter, { logger: false })
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
  })
  afterAll(() => app.close())

  const get = (path: string, claims?: Record<string, unknown>) =>
    fetch(url + path, {
      headers: claims === undefined ? {} : { authorization: `Bearer ${signer.token(claims)}` },
    })

  it('protects everything but what is public', async () => {
    expect((await get('/health')).status).toBe(200)
    const refused = await get('/me')
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toBe('Bearer')
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(await refused.json()).toMatchObject({ code: 'credential_missing', status: 401 })
    const admitted = await get('/me', {})
    expect(await admitted.json()).toEqual({ hello: 'user-1' })
  })

  it('asks for every scope, and names them in the challenge', async () => {
    const refused = await get('/orders', { scope: 'orders:read' })
    expect(refused.status).toBe(403)
    expect(refused.headers.get('www-authenticate')).toContain('scope="orders:read orders:list"')
    expect((await get('/orders', { scope: 'orders:read orders:list' })).status).toBe(200)
  })

  it('adds decorators up', async () => {
    expect((await get('/both', { scope: 'orders:read' })).status).toBe(403)
    expect((await get('/both', { roles: ['admin'] })).status).toBe(403)
    expect((await get('/both', { roles: ['admin'], scope: 'orders:read' })).status).toBe(200)
    expect((await get('/either', { roles: ['admin'] })).status).toBe(200)
    expect((await get('/either', { scope: 'orders:delete' })).status).toBe(200)
    expect((await get('/either', {})).status).toBe(403)
  })
})
