import { isPrincipal, JwtAuthGuard, JwtAuthModule, Principal, Public, Scopes } from '@countersign/nest'
import { Controller, Get, Req } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, options } from '../../../test/support/adapters.ts'
import { platforms, serve } from './support/app.ts'

@Controller()
class MeController {
  @Get('me')
  me(@Principal() principal: Principal) {
    return { subject: principal.subject, ours: isPrincipal(principal), frozen: Object.isFrozen(principal) }
  }

  @Get('greeting')
  greeting(@Principal({ optional: true }) principal?: Principal) {
    return { hello: principal?.subject ?? null }
  }

  @Scopes('a')
  @Get('mine')
  mine(@Principal() principal: Principal) {
    return { subject: principal.subject }
  }

  @Get('request')
  request(@Req() req: { auth?: Principal; user?: Principal }) {
    return { auth: req.auth?.subject ?? null, user: req.user?.subject ?? null }
  }

  @Public()
  @Get('public')
  public(@Principal() principal: Principal) {
    return { subject: principal.subject }
  }
}

const guarded = (more: object = {}) => ({
  imports: [JwtAuthModule.forRoot({ ...options, ...more })],
  controllers: [MeController],
  providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }],
})

describe.each(platforms)('Nest on %s: the principal', (_name, platform) => {
  it('is what @Principal() gives, frozen and branded, and req.auth', async () => {
    const { ask } = await serve(platform, guarded())
    const me = await ask('/me', { headers: await bearer() })
    expect(await me.json()).toEqual({ subject: 'user-1', ours: true, frozen: true })
    expect(await (await ask('/request', { headers: await bearer() })).json()).toEqual({
      auth: 'user-1',
      user: null,
    })
  })

  it('may be absent where the policy and the parameter say so', async () => {
    const { ask } = await serve(platform, guarded({ optional: true }))
    expect(await (await ask('/greeting')).json()).toEqual({ hello: null })
    expect(await (await ask('/greeting', { headers: await bearer() })).json()).toEqual({ hello: 'user-1' })
  })

  it('is asked for where the parameter does not say that it may be absent', async () => {
    const { ask } = await serve(platform, guarded({ optional: true, realm: 'orders' }))
    const response = await ask('/me')
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    expect(await codeOf(response)).toBe('credential_missing')
    expect((await ask('/mine')).headers.get('www-authenticate')).toBe('Bearer realm="orders"')
  })

  it.each(['/public', '/me', '/greeting'])(
    'is a fault of the application where no guard ran: %s',
    async (path) => {
      const metadata = path === '/public' ? guarded() : { ...guarded(), providers: [] }
      const { ask } = await serve(platform, metadata)
      const response = await ask(path, { headers: await bearer() })
      expect(response.status).toBe(500)
      expect(await codeOf(response)).toBe('authenticator_missing')
    },
  )

  it('[D6] does not hold the token, unless that is asked for', async () => {
    const shown = async (more?: object): Promise<string> => {
      @Controller()
      class ShowController {
        @Get()
        show(@Principal() principal: Principal) {
          return { token: principal.token ?? null, json: JSON.stringify(principal) }
        }
      }
      const { ask } = await serve(platform, { ...guarded(more), controllers: [ShowController] })
      return (await ask('/', { headers: await bearer() })).text()
    }
    expect(JSON.parse(await shown())).toMatchObject({ token: null })
    const { token, json } = JSON.parse(await shown({ exposeToken: true })) as Record<string, string>
    expect(token).toMatch(/^eyJ/)
    expect(json).not.toContain(token!)
    expect(json).not.toContain(token!.split('.')[2])
  })
})
