import { jwtAuth } from '@countersign/express'
import { createSigner } from '@countersign/forge'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { codeOf, releases, serve } from './support/serve.ts'

// `jwtAuth()` takes no clock from the environment, so these tokens live by the real one.
const signer = createSigner({ alg: 'RS256' })
const hmac = createSigner({
  alg: 'HS256',
  kid: null,
  secret: Buffer.from('a secret of thirty-two bytes, ok.'),
})

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
    vi.stubEnv('JWT_ISSUER', signer.issuer)
    expect(() => jwtAuth()).toThrow('JWT_AUDIENCE is not set')
  })

  it('verifies with the public key of the environment, line breaks written as \\n', async () => {
    vi.stubEnv('JWT_ISSUER', signer.issuer)
    vi.stubEnv('JWT_AUDIENCE', 'https://other.test, https://api.test')
    vi.stubEnv('JWT_PUBLIC_KEY', signer.pem.replaceAll('\n', String.raw`\n`))
    const app = express()
    app.use(jwtAuth())
    app.get('/', (req, res) => void res.json({ subject: req.auth?.subject }))
    const ask = await serve(app)
    const good = await ask('/', { headers: { authorization: `Bearer ${signer.token()}` } })
    expect(await good.json()).toEqual({ subject: 'user-1' })
    expect(await codeOf(await ask('/'))).toBe('credential_missing')
    const foreign = signer.token({ aud: 'https://third.test' })
    expect(await codeOf(await ask('/', { headers: { authorization: `Bearer ${foreign}` } }))).toBe(
      'claim_mismatch',
    )
  })

  it('verifies with the secret of the environment, and nothing else then', async () => {
    vi.stubEnv('JWT_ISSUER', hmac.issuer)
    vi.stubEnv('JWT_AUDIENCE', hmac.audience)
    vi.stubEnv('JWT_SECRET', 'a secret of thirty-two bytes, ok.')
    const app = express()
    app.use(jwtAuth())
    app.get('/', (req, res) => void res.json({ subject: req.auth?.subject }))
    const ask = await serve(app)
    const good = await ask('/', { headers: { authorization: `Bearer ${hmac.token()}` } })
    expect(await good.json()).toEqual({ subject: 'user-1' })
    const rs256 = await ask('/', { headers: { authorization: `Bearer ${signer.token()}` } })
    expect(await codeOf(rs256)).toBe('algorithm_not_allowed')
  })
})
