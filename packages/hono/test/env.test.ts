import { jwtAuth } from '@countersign/hono'
import '@countersign/hono/global'
import { createTestIssuer, type TestIssuer } from '@countersign/testing'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { codeOf, listen } from './support/serve.ts'

const NAMES = ['ISSUER', 'AUDIENCE', 'JWKS_URI', 'PUBLIC_KEY', 'SECRET', 'ALGORITHMS'].map(
  (name) => `JWT_${name}`,
)

describe('jwtAuth() without options', () => {
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
    const app = new Hono()
    app.use(jwtAuth())
    app.get('/', (c) => c.json({ subject: c.var.auth?.subject }))
    const ask = await listen(app)
    const ok = await ask('/', { headers: { authorization: await idp.bearer() } })
    expect(await ok.json()).toEqual({ subject: 'user-1' })
    expect(await codeOf(await ask('/'))).toBe('credential_missing')
    const foreign = { authorization: `Bearer ${await idp.wrongAudience()}` }
    expect(await codeOf(await ask('/', { headers: foreign }))).toBe('claim_mismatch')
  })
})
