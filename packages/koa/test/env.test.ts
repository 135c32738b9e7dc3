import { jwtAuth } from '@countersign/koa'
import '@countersign/koa/global'
import { createTestIssuer, type TestIssuer } from '@countersign/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { codeOf, releases, serve } from './support/serve.ts'

const NAMES = ['ISSUER', 'AUDIENCE', 'JWKS_URI', 'PUBLIC_KEY', 'SECRET', 'ALGORITHMS'].map(
  (name) => `JWT_${name}`,
)

describe.each(releases)('%s: jwtAuth() without options', (_name, Koa) => {
  let idp: TestIssuer

  beforeEach(async () => {
    for (const name of NAMES) vi.stubEnv(name, undefined)
    idp = await createTestIssuer({ listen: true })
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await idp.close()
  })

  it('names what is missing in the environment', () => {
    expect(() => jwtAuth()).toThrow('JWT_ISSUER and JWT_AUDIENCE are not set')
    vi.stubEnv('JWT_ISSUER', idp.issuer)
    expect(() => jwtAuth()).toThrow('JWT_AUDIENCE is not set')
  })

  it('verifies by what the environment says, with keys that it discovers', async () => {
    vi.stubEnv('JWT_ISSUER', idp.issuer)
    vi.stubEnv('JWT_AUDIENCE', 'https://other.test, https://api.test')
    const app = new Koa()
    app.use(jwtAuth())
    app.use((ctx) => {
      ctx.body = { subject: ctx.state.auth?.subject }
    })
    const ask = await serve(app)
    const ok = await ask('/', { headers: { authorization: await idp.bearer() } })
    expect(await ok.json()).toEqual({ subject: 'user-1' })
    expect(await codeOf(await ask('/'))).toBe('credential_missing')
    const foreign = { authorization: `Bearer ${await idp.wrongAudience()}` }
    expect(await codeOf(await ask('/', { headers: foreign }))).toBe('claim_mismatch')
  })
})
