import { JwtAuthGuard, JwtAuthModule, Public, Roles, Scopes } from '@countersign/nest'
import { Controller, Get, Injectable, Module, UseGuards } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, options } from '../../../test/support/adapters.ts'
import { platforms, serve } from './support/app.ts'

@Injectable()
class Greeter {
  hello() {
    return 'hello'
  }
}

@Controller()
class MixedController {
  readonly #greeter: Greeter

  constructor(greeter: Greeter) {
    this.#greeter = greeter
  }

  @Public()
  @Get('health')
  health() {
    return this.#greeter.hello()
  }

  @Get('me')
  me() {
    return this.#greeter.hello()
  }

  @Public()
  @Scopes('orders:read')
  @Get('contradictory')
  contradictory() {
    return 'let in'
  }
}

@Public()
@Controller('open')
class OpenController {
  @Get()
  list() {
    return 'open'
  }

  @Roles('admin')
  @Get('admin')
  admin() {
    return 'let in'
  }
}

@Public()
@Scopes('orders:read')
@Controller('both')
class ContradictoryController {
  @Get()
  list() {
    return 'let in'
  }
}

@Module({
  imports: [JwtAuthModule.forRoot(options)],
  controllers: [MixedController, OpenController, ContradictoryController],
  providers: [Greeter, { provide: APP_GUARD, useClass: JwtAuthGuard }],
})
class ProtectedModule {}

describe.each(platforms)('Nest on %s: JwtAuthGuard as APP_GUARD', (_name, platform) => {
  it('leaves public what @Public() is on, method or class', async () => {
    const { ask } = await serve(platform, { imports: [ProtectedModule] })
    expect(await (await ask('/health')).text()).toBe('hello')
    expect(await (await ask('/open')).text()).toBe('open')
    // nobody looks at the credential there
    expect((await ask('/health', { headers: { authorization: 'Bearer x.y.z' } })).status).toBe(200)
  })

  it.each(['/contradictory', '/open/admin', '/both'])(
    'takes a requirement for stronger than @Public(): %s',
    async (path) => {
      const { ask } = await serve(platform, { imports: [ProtectedModule] })
      expect(await codeOf(await ask(path))).toBe('credential_missing')
      expect((await ask(path, { headers: await bearer() })).status).toBe(403)
      const headers = await bearer({ scope: 'orders:read', roles: ['admin'] })
      expect(await (await ask(path, { headers })).text()).toBe('let in')
    },
  )
})

@Controller()
class PartlyController {
  @Get('open')
  open() {
    return 'open'
  }

  @UseGuards(JwtAuthGuard)
  @Get('closed')
  closed() {
    return 'let in'
  }

  @Scopes('orders:read')
  @Get('scoped')
  scoped() {
    return 'let in'
  }
}

@UseGuards(JwtAuthGuard)
@Controller('all')
class GuardedController {
  @Get()
  list() {
    return 'let in'
  }

  @Public()
  @Get('open')
  open() {
    return 'open'
  }
}

describe.each(platforms)('Nest on %s: JwtAuthGuard where it is asked for', (_name, platform) => {
  const metadata = {
    imports: [JwtAuthModule.forRoot(options)],
    controllers: [PartlyController, GuardedController],
  }

  it('guards by @UseGuards(), on a method and on a class', async () => {
    const { ask } = await serve(platform, metadata)
    expect((await ask('/open')).status).toBe(200)
    for (const path of ['/closed', '/all']) {
      expect([path, (await ask(path)).status]).toEqual([path, 401])
      expect(await (await ask(path, { headers: await bearer() })).text()).toBe('let in')
    }
    expect((await ask('/all/open')).status).toBe(200)
  })

  it('guards by a requirement alone', async () => {
    const { ask } = await serve(platform, metadata)
    expect((await ask('/scoped')).status).toBe(401)
    expect(await codeOf(await ask('/scoped', { headers: await bearer() }))).toBe('scope_insufficient')
    expect((await ask('/scoped', { headers: await bearer({ scope: 'orders:read' }) })).status).toBe(200)
  })

  it('guards controllers of modules that import nothing of ours', async () => {
    @Module({ controllers: [PartlyController] })
    class FeatureModule {}
    const { ask } = await serve(platform, { imports: [FeatureModule, JwtAuthModule.forRoot(options)] })
    expect((await ask('/closed')).status).toBe(401)
    expect((await ask('/closed', { headers: await bearer() })).status).toBe(200)
  })
})
