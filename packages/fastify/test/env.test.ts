import { createSigner } from '@countersign/forge'
import { jwtAuth } from '@countersign/fastify'
import fastify from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { codeOf, serve } from './support/serve.ts'

// `jwtAuth()` takes no clock from the environment, so these tokens live by the real one.
const signer = createSigner()

const NAMES = ['ISSUER', 'AUDIENCE', 'JWKS_URI', 'PUBLIC_KEY', 'SECRET', 'ALGORITHMS'].map(
  (name) => `JWT_${name}`,
)

describe('jwtAuth() without options', () => {
  beforeEach(() => {
    for (const name of NAMES) vi.stubEnv(name, undefined)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('names what is missing in the environment', () => {
    expect(() => jwtAuth()).toThrow('JWT_ISSUER and JWT_AUDIENCE are not set')
    vi.stubEnv('JWT_ISSUER', signer.issuer)
    expect(() => jwtAuth()).toThrow('JWT_AUDIENCE is not set')
  })

  it('verifies by what the environment says', async () => {
    vi.stubEnv('JWT_ISSUER', signer.issuer)
    vi.stubEnv('JWT_AUDIENCE', 'https://other.test, https://api.test')
    vi.stubEnv('JWT_PUBLIC_KEY', signer.pem.replaceAll('\n', String.raw`\n`))
    const app = fastify()
    await app.register(jwtAuth())
    app.get('/', (request) => ({ subject: request.auth?.subject }))
    const ask = await serve(app)
    const ok = await ask('/', { headers: { authorization: `Bearer ${signer.token()}` } })
    expect(await ok.json()).toEqual({ subject: 'user-1' })
    expect(await codeOf(await ask('/'))).toBe('credential_missing')
    const foreign = { authorization: `Bearer ${signer.token({ aud: 'https://third.test' })}` }
    expect(await codeOf(await ask('/', { headers: foreign }))).toBe('claim_mismatch')
  })
})
