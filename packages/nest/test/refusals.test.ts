import { AuthException, JwtAuthGuard, JwtAuthModule, Scopes } from '@countersign/nest'
import {
  Catch,
  Controller,
  Get,
  HttpException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common'
import { createTestIssuer, type RawTokenInput } from '@countersign/testing'
import { APP_FILTER, APP_GUARD } from '@nestjs/core'
import { describe, expect, it } from 'vitest'
import { bearer, clock, codeOf, idp, kidOf, options, platforms, serve } from './support/app.ts'

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
  it('is a problem document with its headers', async () => {
    const { ask } = await serve(platform, guarded({ realm: 'orders' }))
    const response = await ask('/me', { headers: { authorization: 'Bearer x.y.z' } })
    expect(response.status).toBe(401)
    // Nest's platforms add a charset
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer realm="orders", error="invalid_token", error_description="The access token is malformed."',
    )
    expect(await response.json()).toEqual({
      title: 'Unauthorized',
      status: 401,
      code: 'token_malformed',
      detail: 'The access token is malformed.',
    })
  })

  it('has no body for HEAD, but its headers', async () => {
    const { ask } = await serve(platform, guarded())
    const response = await ask('/me', { method: 'HEAD' })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    expect(await response.text()).toBe('')
  })

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

  it('[D4] stays a refusal, whatever a filter does: the handler does not run', async () => {
    @Catch()
    class SilentFilter implements ExceptionFilter {
      catch(_exception: unknown, host: ArgumentsHost) {
        host
          .switchToHttp()
          .getResponse<{ status(code: number): { send(body: object): unknown } }>()
          .status(200)
          .send({})
      }
    }
    const { ask } = await serve(platform, guarded({}, { provide: APP_FILTER, useClass: SilentFilter }))
    expect(await (await ask('/me')).json()).toEqual({})
  })

  it.each([
    ['onExpired', () => undefined],
    ['ignoreExpiration', true],
    ['signOptions', {}],
  ])('[D4] cannot be turned into success: there is no option %s', (name, value) => {
    expect(() => JwtAuthModule.forRoot({ ...options, [name]: value } as never)).toThrow(
      `"${name}" does not exist`,
    )
  })

  it('[D6] shows nothing of the token or the request', async () => {
    const { ask } = await serve(platform, guarded())
    const token = await idp.expired({ claims: { email: 'someone@example.test' } })
    const response = await ask('/me?marker', { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(401)
    const text = JSON.stringify([...response.headers]) + (await response.text())
    const secrets = [...token.split('.'), 'someone@', kidOf(token), 'marker', import.meta.dirname]
    for (const secret of secrets) expect(text).not.toContain(secret)
  })

  it.each([
    ['expired', 'token_expired'],
    ['notYetValid', 'token_not_yet_valid'],
    ['withoutExpiry', 'claim_missing'],
    ['wrongAudience', 'claim_mismatch'],
    ['idToken', 'token_type_wrong'],
    ['unsigned', 'token_malformed'],
    ['tampered', 'signature_invalid'],
    ['hmacWithPublicKey', 'algorithm_not_allowed'],
  ] as const)('[E7] is never 500 for a bad token: %s is %s', async (kind, code) => {
    const { ask } = await serve(platform, guarded())
    const response = await ask('/me', { headers: { authorization: `Bearer ${await idp[kind]()}` } })
    expect(response.status).toBe(401)
    expect(await codeOf(response)).toBe(code)
  })

  it.each<[code: string, token: RawTokenInput]>([
    ['algorithm_not_allowed', { header: { alg: 'none' } }],
    ['algorithm_not_allowed', { header: { alg: 'HS256' } }],
    ['token_malformed', { header: { crit: ['exp'] } }],
    ['token_type_wrong', { header: { typ: 'rt+jwt' } }],
    ['token_malformed', { payload: '[]' }],
  ])('[E7] is never 500 for a strange token: %s for %o', async (code, token) => {
    const { ask } = await serve(platform, guarded())
    const response = await ask('/me', { headers: { authorization: `Bearer ${await idp.raw(token)}` } })
    expect(response.status).toBe(401)
    expect(await codeOf(response)).toBe(code)
  })

  it('[D8] is 503 where the keys are out of reach, and 401 once a key is taken out', async () => {
    const own = await createTestIssuer({ clock })
    const { ask } = await serve(platform, guarded(own.options))
    const ours = { authorization: await own.bearer() }
    await own.goOffline()
    const unavailable = await ask('/me', { headers: ours })
    expect([unavailable.status, await codeOf(unavailable)]).toEqual([503, 'keys_unavailable'])
    await own.goOnline()
    await own.rotateKeys()
    expect((await ask('/me', { headers: ours })).status).toBe(200)
    await own.removeOldKeys()
    const unknown = await ask('/me', { headers: ours })
    expect([unknown.status, await codeOf(unknown)]).toEqual([401, 'key_unknown'])
  })

  it('[D8] is 503 where revocation cannot be asked', async () => {
    const isRevoked = () => Promise.reject(new Error('redis://user:secret@host'))
    const { ask } = await serve(platform, guarded({ isRevoked }))
    const response = await ask('/me', { headers: await bearer() })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await codeOf(response)).toBe('revocation_unavailable')
  })
})
