import { createTestIssuer } from '@countersign/testing'
import {
  createAuthenticator,
  getPolicyToken,
  JwtAuthGuard,
  JwtAuthModule,
  Principal,
  UsePolicy,
  type Authenticator,
} from '@countersign/nest'
import { Controller, Get, Injectable, Logger, Module, Scope, UseGuards } from '@nestjs/common'
import { REQUEST } from '@nestjs/core'
import { Test } from '@nestjs/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bearer, clock, codeOf, options, partner } from '../../../test/support/adapters.ts'
import { platforms, serve } from './support/app.ts'

@UseGuards(JwtAuthGuard)
@Controller()
class MeController {
  @Get('me')
  me(@Principal() principal: Principal) {
    return { subject: principal.subject, issuer: principal.issuer }
  }
}

const NAMES = ['ISSUER', 'AUDIENCE', 'JWKS_URI', 'PUBLIC_KEY', 'SECRET', 'ALGORITHMS'].map(
  (name) => `JWT_${name}`,
)

describe('JwtAuthModule.forRoot()', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('names what is missing in the environment', () => {
    for (const name of NAMES) vi.stubEnv(name, undefined)
    expect(() => JwtAuthModule.forRoot()).toThrow('JWT_ISSUER and JWT_AUDIENCE are not set')
  })

  it('takes its options from the environment', async () => {
    for (const name of NAMES) vi.stubEnv(name, undefined)
    // forRoot() takes no clock from the environment, so these tokens live by the real one
    const own = await createTestIssuer()
    for (const [name, value] of Object.entries(await own.env())) vi.stubEnv(name, value)
    const { ask } = await serve(platforms[0]![1], {
      imports: [JwtAuthModule.forRoot()],
      controllers: [MeController],
    })
    const headers = { authorization: await own.bearer() }
    expect(await (await ask('/me', { headers })).json()).toMatchObject({ subject: 'user-1' })
    expect((await ask('/me')).status).toBe(401)
  })

  it('judges its options at once, and names the mistake', () => {
    expect(() => JwtAuthModule.forRoot({ ...options, audiance: 'x' } as never)).toThrow(
      '"audiance" does not exist',
    )
    expect(() => JwtAuthModule.forRoot({ issuer: 'https://idp.test' } as never)).toThrow('"audience"')
  })
})

it.each([
  [{ usefactory: () => options }, '"usefactory" does not exist: did you mean "useFactory"?'],
  [{}, '"useFactory" or "useClass" or "useExisting" is required'],
  [{ name: 1, useFactory: () => options }, '"name" must be the name of a policy'],
])('JwtAuthModule.forRootAsync(%j) names the mistake', (given, message) => {
  expect(() => JwtAuthModule.forRootAsync(given as never)).toThrow(message)
})

it.each([
  [{ ...options, onRefused: 'respond' }, '"onRefused" is not available in Nest'],
  [{ ...options, name: '' }, '"name" must be the name of a policy'],
])('JwtAuthModule.forRoot() names what Nest does not have', (given, message) => {
  expect(() => JwtAuthModule.forRoot(given as never)).toThrow(message)
})

@Injectable()
class ConfigService {
  readonly issuer = options.issuer
  readonly audience = options.audience
}

@Module({ providers: [ConfigService], exports: [ConfigService] })
class ConfigModule {}

/** The issuer of each tenant. */
const issuers = new Map(
  await Promise.all(
    ['a', 'b'].map(
      async (name) => [name, await createTestIssuer({ issuer: `https://${name}.test`, clock })] as const,
    ),
  ),
)

describe.each(platforms)('Nest on %s: JwtAuthModule.forRootAsync()', (_name, platform) => {
  it('injects, and awaits', async () => {
    const { ask } = await serve(platform, {
      imports: [
        JwtAuthModule.forRootAsync({
          imports: [ConfigModule],
          inject: [ConfigService],
          useFactory: async ({ issuer, audience }: ConfigService) => {
            await Promise.resolve()
            return { ...options, issuer, audience, property: 'user' }
          },
        }),
      ],
      controllers: [MeController],
    })
    expect((await ask('/me', { headers: await bearer() })).status).toBe(200)
    expect((await ask('/me')).status).toBe(401)
  })

  it('asks a class of its own, or a provider that exists', async () => {
    @Injectable()
    class Options {
      async createJwtAuthOptions() {
        return options
      }
    }
    @Module({ providers: [Options], exports: [Options] })
    class OptionsModule {}
    for (const source of [{ useClass: Options }, { imports: [OptionsModule], useExisting: Options }]) {
      const { ask } = await serve(platform, {
        imports: [JwtAuthModule.forRootAsync(source)],
        controllers: [MeController],
      })
      expect((await ask('/me', { headers: await bearer() })).status).toBe(200)
      expect((await ask('/me')).status).toBe(401)
    }
  })

  it('does not start with options that are wrong, or a factory that fails', async () => {
    const compile = (useFactory: () => Promise<typeof options>) =>
      Test.createTestingModule({ imports: [JwtAuthModule.forRootAsync({ useFactory })] }).compile()
    await expect(compile(() => Promise.resolve({ ...options, issuer: '' }))).rejects.toThrow('"issuer"')
    await expect(compile(() => Promise.reject(new Error('no configuration')))).rejects.toThrow(
      'no configuration',
    )
  })

  /** One authenticator a tenant, kept: what a request-scoped factory should answer. */
  function tenants() {
    const kept = new Map<string, Authenticator>()
    const factory = ({ headers }: { headers: Record<string, string | undefined> }): Authenticator => {
      const tenant = headers['x-tenant'] ?? ''
      const own = issuers.get(tenant)
      if (own === undefined) throw new Error(`no tenant ${tenant}`)
      let authenticator = kept.get(tenant)
      if (authenticator === undefined) {
        authenticator = createAuthenticator(own.options)
        kept.set(tenant, authenticator)
      }
      return authenticator
    }
    const headers = async (tenant: string, tokenOf = tenant) => ({
      'x-tenant': tenant,
      authorization: await issuers.get(tokenOf)!.bearer(),
    })
    return { factory, headers, kept }
  }

  it('asks a request-scoped factory for each request', async () => {
    const { factory, headers, kept } = tenants()
    const { ask } = await serve(platform, {
      imports: [JwtAuthModule.forRootAsync({ inject: [REQUEST], scope: Scope.REQUEST, useFactory: factory })],
      controllers: [MeController],
    })
    for (const tenant of ['a', 'b', 'a']) {
      const response = await ask('/me', { headers: await headers(tenant) })
      expect(await response.json()).toEqual({ subject: 'user-1', issuer: `https://${tenant}.test` })
    }
    expect(kept.size).toBe(2)
    expect((await ask('/me', { headers: await headers('a', 'b') })).status).toBe(401)
  })

  it('[D7] answers where a request-scoped factory fails, and lets nobody in', async () => {
    const { factory } = tenants()
    const { ask } = await serve(platform, {
      imports: [JwtAuthModule.forRootAsync({ inject: [REQUEST], scope: Scope.REQUEST, useFactory: factory })],
      controllers: [MeController],
    })
    const response = await ask('/me', { headers: { ...(await bearer()), 'x-tenant': 'secret-tenant' } })
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret-tenant')
  })

  it('[D7] answers where the key provider fails', async () => {
    const { ask } = await serve(platform, {
      imports: [
        JwtAuthModule.forRoot({
          ...options,
          key: () => Promise.reject(new Error('vault://user:secret@host')),
        }),
      ],
      controllers: [MeController],
    })
    const response = await ask('/me', { headers: await bearer() })
    expect(response.status).toBe(503)
    expect(await codeOf(response)).toBe('keys_unavailable')
  })
})

const theirs = { authorization: await partner.bearer() }

describe.each(platforms)('Nest on %s: several policies', (_name, platform) => {
  @UseGuards(JwtAuthGuard)
  @Controller()
  class TwoController {
    @Get('ours')
    ours(@Principal() principal: Principal) {
      return { issuer: principal.issuer }
    }

    @UsePolicy('partner')
    @Get('theirs')
    theirs(@Principal() principal: Principal) {
      return { issuer: principal.issuer }
    }

    @UsePolicy('nobody')
    @Get('forgotten')
    forgotten() {
      return 'let in'
    }
  }

  @UsePolicy('partner')
  @Controller('partner')
  @UseGuards(JwtAuthGuard)
  class PartnerController extends MeController {
    @UsePolicy('default')
    @Get('ours')
    ours(@Principal() principal: Principal) {
      return { issuer: principal.issuer }
    }
  }

  const metadata = {
    imports: [JwtAuthModule.forRoot(options), JwtAuthModule.forRoot({ ...partner.options, name: 'partner' })],
    controllers: [TwoController, PartnerController],
  }

  it('each judge the handlers that name them, the method before the class', async () => {
    const { ask } = await serve(platform, metadata)
    const answers: [path: string, ours: number, theirs: number][] = []
    for (const path of ['/ours', '/theirs', '/partner/me', '/partner/ours']) {
      const responses = [await ask(path, { headers: await bearer() }), await ask(path, { headers: theirs })]
      answers.push([path, responses[0]!.status, responses[1]!.status])
    }
    expect(answers).toEqual([
      ['/ours', 200, 401],
      ['/theirs', 401, 200],
      ['/partner/me', 401, 200],
      ['/partner/ours', 200, 401],
    ])
    expect(await (await ask('/theirs', { headers: theirs })).json()).toEqual({ issuer: partner.issuer })
  })

  it.each([
    ['of that name', '/forgotten', metadata, `JwtAuthModule.forRoot({ name: 'nobody'`],
    ['at all', '/me', { controllers: [MeController] }, 'add JwtAuthModule.forRoot()'],
  ])(
    'fail closed where there is none %s, and the log says what to add',
    async (_which, path, where, hint) => {
      const error = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined)
      const { ask } = await serve(platform, where)
      const response = await ask(path, { headers: await bearer() })
      expect(response.status).toBe(500)
      expect(await codeOf(response)).toBe('authenticator_missing')
      expect(error.mock.calls.flat().join('\n')).toContain(hint)
      error.mockRestore()
    },
  )

  it('can be replaced in tests of the application', async () => {
    const own = await createTestIssuer({ clock })
    const authenticator = createAuthenticator(own.options)
    const module = await Test.createTestingModule(metadata)
      .overrideProvider(getPolicyToken())
      .useValue(authenticator)
      .compile()
    const app = module.createNestApplication(platform() as never, { logger: false })
    await app.listen(0, '127.0.0.1')
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`${await app.getUrl()}/ours`, { headers })).status
    expect(await ask({ authorization: await own.bearer() })).toBe(200)
    expect(await ask(await bearer())).toBe(401)
    await app.close()
  })
})
