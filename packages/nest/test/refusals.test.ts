import { AuthException, JwtAuthGuard, JwtAuthModule, Scopes } from '@countersign/nest'
import {
  Catch,
  Controller,
  Get,
  HttpException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common'
import { APP_FILTER, APP_GUARD } from '@nestjs/core'
import { describe, expect, it } from 'vitest'
import { bearer, options } from '../../../test/support/adapters.ts'
import { platforms, serve } from './support/app.ts'

@Controller()
class MeController {
  @Get('me')
  me() {
    return 'mine'
  }

  @Scopes('admin')
  @Get('admin')
  admin() {
    return 'let in'
  }
}

const guarded = (more: object = {}, ...providers: object[]) => ({
  imports: [JwtAuthModule.forRoot({ ...options, ...more })],
  controllers: [MeController],
  providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }, ...(providers as [])],
})

describe.each(platforms)('Nest on %s: a refusal', (_name, platform) => {
  it("is an AuthException for the application's filters, its headers on the answer already, without a stack", async () => {
    const seen: AuthException[] = []
    @Catch(HttpException)
    class TeapotFilter implements ExceptionFilter {
      catch(exception: HttpException, host: ArgumentsHost) {
        seen.push(exception as AuthException)
        const response = host
          .switchToHttp()
          .getResponse<{ status(code: number): { send(body: object): unknown } }>()
        response.status(exception.getStatus()).send({ mine: exception.getResponse() })
      }
    }
    const { ask } = await serve(platform, guarded({}, { provide: APP_FILTER, useClass: TeapotFilter }))
    const response = await ask('/admin', { headers: await bearer() })
    expect(response.status).toBe(403)
    expect(response.headers.get('www-authenticate')).toContain('scope="admin"')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const [exception] = seen
    expect(exception).toBeInstanceOf(AuthException)
    expect(exception).toMatchObject({
      name: 'AuthException',
      code: 'scope_insufficient',
      message: 'The access token lacks a required scope.',
      headers: { 'Content-Type': 'application/problem+json' },
    })
    expect(await response.json()).toEqual({ mine: exception?.body })
    expect(exception?.stack ?? '').not.toMatch(/\n\s+at /)
  })
})
