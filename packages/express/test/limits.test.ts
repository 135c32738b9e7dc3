import { base64url, createSigner } from '@countersign/forge'
import { jwtAuth } from '@countersign/express'
import { describe, expect, it } from 'vitest'
import { clock, codeOf, options } from '../../../test/support/adapters.ts'
import { releases, serve } from './support/serve.ts'

const MEGABYTE = 1 << 20
/** Signs what no issuer would. */
const signer = createSigner({ now: clock.now })
const HEADER = JSON.stringify({ alg: 'ES256', kid: 'es256-1' })

/**
 * Milliseconds that this process has worked for, whatever else the machine does meanwhile. All that is refused here takes
 * a few; what grows with the square of a megabyte takes minutes.
 */
function worked(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
const LITTLE = 2_000

/** A payload that nests this deep, correctly signed: the key would find it good. */
const deep = (depth: number): string =>
  signer.raw(HEADER, `{"iss":"https://idp.test","a":${'['.repeat(depth)}${']'.repeat(depth)}}`)

describe.each(releases)('%s: what is too much', (_name, express) => {
  /** A server that would take such headers, and a policy that says when it asks for a key: before any crypto. */
  async function start() {
    const asked: string[] = []
    const app = express()
    app.use(
      jwtAuth({
        ...options,
        key: ({ kid }) => {
          asked.push(String(kid))
          return signer.pem
        },
      }),
    )
    app.get('/', (_req, res) => void res.send('hello'))
    return { ask: await serve(app, { maxHeaderSize: 4 * MEGABYTE }), asked }
  }
  const ask = async (authorization: string) => {
    const { ask: get, asked } = await start()
    const before = worked()
    const response = await get('/', { headers: { authorization } })
    return { code: await codeOf(response), status: response.status, asked, took: worked() - before }
  }

  it('[V-19] asks for a key where the token is not too much, so that the rows below mean something', async () => {
    expect(await ask(`Bearer ${signer.token()}`)).toMatchObject({ status: 200, asked: ['es256-1'] })
  })

  it.each([
    ['a token of 1 MB', `${'A'.repeat(MEGABYTE)}.e30.AAAA`],
    ['a signed token of 1 MB', signer.token({ pad: 'x'.repeat(MEGABYTE) })],
    ['1 MB of dots', '.'.repeat(MEGABYTE)],
    ['a token of one character too many', signer.token({ pad: 'x'.repeat(12_100) })],
    ['JSON that nests 33 deep', deep(32)],
    ['JSON that nests 4000 deep', deep(4_000)],
    ['a header that nests 4000 deep', `${base64url(`{"alg":"ES256","x":${'['.repeat(4_000)}`)}.e30.AAAA`],
    ['a name 5000 times', signer.raw(HEADER, `{${'"a":1,'.repeat(1_500)}"iss":"https://idp.test"}`)],
  ])('[V-19] %s is refused before a key is asked for', async (_what, token) => {
    const { took, ...answer } = await ask(`Bearer ${token}`)
    expect(answer).toEqual({ status: 401, code: 'token_malformed', asked: [] })
    expect(took).toBeLessThan(LITTLE)
  })

  it.each([
    ['a million commas', ','.repeat(MEGABYTE)],
    ['a million spaces', `Bearer ${' '.repeat(MEGABYTE)}x y`],
    ['a scheme of a million letters', 'a'.repeat(MEGABYTE)],
  ])('[C6] %s is refused at once', async (_what, authorization) => {
    const { asked, status, took } = await ask(authorization)
    expect([400, 401]).toContain(status)
    expect(asked).toEqual([])
    expect(took).toBeLessThan(LITTLE)
  })

  it('[C6] a million cookies are looked through at once', async () => {
    const app = express()
    app.use(jwtAuth({ ...options, cookie: true, origin: 'https://app.test' }))
    const get = await serve(app, { maxHeaderSize: 4 * MEGABYTE })
    const before = worked()
    const cookie = `${'a=1;'.repeat(MEGABYTE / 4)}__Host-access ${' '.repeat(10_000)}`
    expect(await codeOf(await get('/', { headers: { cookie } }))).toBe('credential_missing')
    expect(worked() - before).toBeLessThan(LITTLE)
  })
})
