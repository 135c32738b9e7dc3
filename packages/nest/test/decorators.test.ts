import {
  anyOf,
  Authorize,
  check,
  JwtAuthModule,
  JwtAuthGuard,
  role,
  Roles,
  scope,
  Scopes,
} from '@countersign/nest'
import { Controller, Get } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { bearer, codeOf, options } from '../../../test/support/adapters.ts'
import { platforms, serve } from './support/app.ts'

const checked: string[] = []

@Scopes('orders:read')
@Controller('orders')
class OrdersController {
  @Get()
  list() {
    return 'let in'
  }

  @Scopes('orders:list', 'orders:export')
  @Get('export')
  export() {
    return 'let in'
  }

  @Roles('admin')
  @Scopes('orders:write')
  @Authorize(anyOf(role('eu'), role('us')))
  @Get('all')
  all() {
    return 'let in'
  }

  @Authorize(anyOf(role('admin'), scope('orders:delete')))
  @Get('either')
  either() {
    return 'let in'
  }

  @Authorize(
    check('counted', ({ subject }) => {
      checked.push(subject)
      return true
    }),
  )
  @Roles('admin')
  @Get('checked')
  checked() {
    return 'let in'
  }
}

@Roles('auditor')
@Controller('audited')
class AuditedController extends OrdersController {}

@Controller('inherited')
class InheritedController extends OrdersController {}

@Controller('changed')
class ChangedController extends OrdersController {
  @Get()
  override list() {
    return 'changed'
  }
}

describe.each(platforms)('Nest on %s: requirements', (_name, platform) => {
  const metadata = {
    imports: [JwtAuthModule.forRoot(options)],
    controllers: [OrdersController, AuditedController, InheritedController, ChangedController],
  }
  beforeEach(() => {
    checked.length = 0
  })

  /** What a principal with these claims gets at a path. */
  async function asker() {
    const { ask } = await serve(platform, metadata)
    return async (path: string, scopes: string, ...roles: string[]) =>
      codeOf(await ask(path, { headers: await bearer({ scope: scopes, roles }) }))
  }

  it('of class and method add up', async () => {
    const ask = await asker()
    expect(await ask('/orders', '')).toBe('scope_insufficient')
    expect(await ask('/orders', 'orders:read')).toBe('let in')
    expect(await ask('/orders/export', 'orders:read orders:list')).toBe('scope_insufficient')
    expect(await ask('/orders/export', 'orders:list orders:export')).toBe('scope_insufficient')
    expect(await ask('/orders/export', 'orders:read orders:list orders:export')).toBe('let in')
  })

  it('on one method add up, whatever decorators they are', async () => {
    const ask = await asker()
    const scopes = 'orders:read orders:write'
    expect(await ask('/orders/all', scopes, 'admin')).toBe('role_insufficient')
    expect(await ask('/orders/all', scopes, 'eu')).toBe('role_insufficient')
    expect(await ask('/orders/all', 'orders:read', 'admin', 'eu')).toBe('scope_insufficient')
    expect(await ask('/orders/all', scopes, 'admin', 'us')).toBe('let in')
  })

  it('offer alternatives where they say so', async () => {
    const ask = await asker()
    expect(await ask('/orders/either', 'orders:read')).toBe('role_insufficient')
    expect(await ask('/orders/either', 'orders:read', 'admin')).toBe('let in')
    expect(await ask('/orders/either', 'orders:read orders:delete')).toBe('let in')
  })

  it('name every scope of class and method in the challenge', async () => {
    const { ask } = await serve(platform, metadata)
    const response = await ask('/orders/export', { headers: await bearer({ scope: 'orders:read' }) })
    expect(response.headers.get('www-authenticate')).toContain('error="insufficient_scope"')
    expect(response.headers.get('www-authenticate')).toContain(
      'scope="orders:read orders:list orders:export"',
    )
  })

  it('are inherited with the controller, and added to', async () => {
    const ask = await asker()
    expect(await ask('/inherited', '')).toBe('scope_insufficient')
    expect(await ask('/inherited', 'orders:read')).toBe('let in')
    expect(await ask('/inherited/export', 'orders:read')).toBe('scope_insufficient')
    expect(await ask('/audited', '', 'auditor')).toBe('scope_insufficient')
    expect(await ask('/audited', 'orders:read')).toBe('role_insufficient')
    expect(await ask('/audited', 'orders:read', 'auditor')).toBe('let in')
    // and the parent is as it was
    expect(await ask('/orders', 'orders:read')).toBe('let in')
  })

  it('of a parent class stay where a method is overridden', async () => {
    const ask = await asker()
    expect(await ask('/changed', '')).toBe('scope_insufficient')
    expect(await ask('/changed', 'orders:read')).toBe('changed')
  })

  it('are checked once, however many guards stand before the handler', async () => {
    const { ask } = await serve(platform, {
      ...metadata,
      providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }],
    })
    const headers = await bearer({ scope: 'orders:read', roles: ['admin'] })
    expect((await ask('/orders/checked', { headers })).status).toBe(200)
    expect(checked).toEqual(['user-1'])
    expect((await ask('/orders/checked', { headers })).status).toBe(200)
    expect(checked).toEqual(['user-1', 'user-1'])
  })
})

describe('a decorator', () => {
  it('refuses at start what is no requirement', () => {
    expect(() => Authorize('admin' as never)).toThrow('needs requirements')
    expect(() => (Scopes as () => unknown)()).toThrow('needs the names of one or more scopes')
    expect(() => (Roles as () => unknown)()).toThrow('needs the names of one or more roles')
  })
})
