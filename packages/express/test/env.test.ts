import { jwtAuth } from '@countersign/express'
import '@countersign/express/global'
import { createTestIssuer } from '@countersign/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { codeOf, releases, serve } from './support/serve.ts'

// `jwtAuth()` takes no clock from the environment, so these tokens live by the real one.
const idp = await createTestIssuer({ algorithm: 'RS256' })
const sharing = await createTestIssuer({ algorithm: 'HS256' })

/** Sets the variables that an issuer has for an application. */
const stubEnv = (env: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
}

const NAMES = ['ISSUER', 'AUDIENCE', 'JWKS_URI', 'PUBLIC_KEY', 'SECRET', 'ALGORITHMS'].map(
  (name) => `JWT_${name}`,
)

describe.each(releases)('%s: jwtAuth() without options', (_name, express) => {
  beforeEach(() => {
    for (const name of NAMES) vi.stubEnv(name, undefined)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it('names what is missing in the environment', () => {
    expect(() => jwtAuth()).toThrow('JWT_ISSUER and JWT_AUDIENCE are not set')
    vi.stubEnv('JWT_ISSUER', idp.issuer)
    expect(() => jwtAuth()).toThrow('JWT_AUDIENCE is not set')
  })

  it('verifies with the public key of the environment, line breaks written as \\n', async () => {
    const env = await idp.env()
    stubEnv(env)
    vi.stubEnv('JWT_AUDIENCE', 'https://other.test, https://api.test')
    vi.stubEnv('JWT_PUBLIC_KEY', env['JWT_PUBLIC_KEY']!.replaceAll('\n', String.raw`\n`))
    const app = express()
    app.use(jwtAuth())
    app.get('/', (req, res) => void res.json({ subject: req.auth?.subject }))
    const ask = await serve(app)
    const good = await ask('/', { headers: { authorization: await idp.bearer() } })
    expect(await good.json()).toEqual({ subject: 'user-1' })
    expect(await codeOf(await ask('/'))).toBe('credential_missing')
    const foreign = { authorization: await idp.bearer({ audience: 'https://third.test' }) }
    expect(await codeOf(await ask('/', { headers: foreign }))).toBe('claim_mismatch')
  })

  it('verifies with the secret of the environment, and nothing else then', async () => {
    stubEnv(await sharing.env())
    const app = express()
    app.use(jwtAuth())
    app.get('/', (req, res) => void res.json({ subject: req.auth?.subject }))
    const ask = await serve(app)
    const good = await ask('/', { headers: { authorization: await sharing.bearer() } })
    expect(await good.json()).toEqual({ subject: 'user-1' })
    const rs256 = await ask('/', { headers: { authorization: await idp.bearer() } })
    expect(await codeOf(rs256)).toBe('algorithm_not_allowed')
  })
})
