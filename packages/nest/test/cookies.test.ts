import { JwtAuthGuard, JwtAuthModule } from '@countersign/nest'
import { Controller, Get, Header, Post } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, idp, options, platforms, serve } from './support/app.ts'

@Controller()
class MeController {
  @Get('me')
  me() {
    return 'mine'
  }

  @Header('Cache-Control', 'private, max-age=5')
  @Get('cached')
  cached() {
    return 'mine'
  }

  @Post('me')
  change() {
    return 'changed'
  }
}

const metadata = {
  imports: [JwtAuthModule.forRoot({ ...options, cookie: true, origin: 'https://app.test' })],
  controllers: [MeController],
  providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }],
}
const token = await idp.token()
const cookie = { cookie: `__Host-access=${token}` }

describe.each(platforms)('Nest on %s: cookies', (_name, platform) => {
  it('[E6] keep the answer out of caches', async () => {
    const { ask } = await serve(platform, metadata)
    const response = await ask('/me', { headers: cookie })
    expect(await response.text()).toBe('mine')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('vary')).toBe('Cookie')
  })

  it('[E6] leave the Cache-Control of the handler, and add to Vary', async () => {
    const { ask } = await serve(platform, metadata, (app) =>
      app.enableCors({ origin: ['https://app.test'], credentials: true }),
    )
    const response = await ask('/cached', { headers: { ...cookie, origin: 'https://app.test' } })
    expect(response.headers.get('cache-control')).toBe('private, max-age=5')
    expect(response.headers.get('vary')).toBe('Origin, Cookie')
  })

  it('make every answer vary, also to requests by header', async () => {
    const { ask } = await serve(platform, metadata)
    const response = await ask('/me', { headers: await bearer() })
    expect(response.headers.get('vary')).toBe('Cookie')
    expect(response.headers.get('cache-control')).toBeNull()
  })

  it('[E6] twice of one name are refused', async () => {
    const { ask } = await serve(platform, metadata)
    const headers = { cookie: `__Host-access=${token}; __Host-access=${token}` }
    const response = await ask('/me', { headers })
    expect(response.status).toBe(400)
    expect(await codeOf(response)).toBe('credential_ambiguous')
  })

  it('[D1] on unsafe methods need proof of the same origin', async () => {
    const { ask } = await serve(platform, metadata)
    const post = (headers: Record<string, string>) =>
      ask('/me', { method: 'POST', headers: { ...cookie, ...headers } })
    expect(await codeOf(await post({ origin: 'https://evil.test' }))).toBe('cross_site_rejected')
    expect(await codeOf(await post({ 'sec-fetch-site': 'cross-site' }))).toBe('cross_site_rejected')
    expect(await codeOf(await post({}))).toBe('cross_site_rejected')
    expect((await post({ origin: 'https://app.test' })).status).toBe(201)
    expect((await post({ 'sec-fetch-site': 'same-origin' })).status).toBe(201)
  })

  it('[D2] stand back behind a header, good or bad', async () => {
    const { ask } = await serve(platform, metadata)
    const bad = await ask('/me', { headers: { ...cookie, authorization: 'Bearer x.y.z' } })
    expect(await codeOf(bad)).toBe('token_malformed')
    const good = await ask('/me', { headers: { cookie: '__Host-access=bad', ...(await bearer()) } })
    expect(good.status).toBe(200)
  })
})
