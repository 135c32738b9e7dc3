import { jwtAuth } from '@countersign/hono'
import { Hono } from 'hono'
import { methodOverride } from 'hono/method-override'
import { describe, expect, it } from 'vitest'
import { codeOf, cookieOptions, idp } from '../../../test/support/adapters.ts'
import { hosts, listen } from './support/serve.ts'

const cookie = { cookie: await idp.cookie() }

/** The server of Hono's that puts a `Request` of its own in place of Node's, as it does unless it is told not to. */
const fully: typeof hosts = hosts.map(([name, host]) => [
  name,
  (app) => (host === listen ? listen(app, { overrideGlobalObjects: true }) : host(app)),
])

describe.each(fully)('%s: the method-override middleware of Hono', (name, host) => {
  /** With jwtAuth() inside, judged is what the override made of the request. */
  function app(): Hono {
    const application = new Hono()
    application.use(methodOverride({ app: application, header: 'X-HTTP-Method-Override' }))
    application.use(jwtAuth(cookieOptions))
    application.all('/me', (c) => c.text(c.req.method))
    return application
  }

  it('[D1] does not open the gate to a foreign page', async () => {
    const ask = await host(app())
    for (const method of ['DELETE', 'POST', 'PATCH']) {
      const headers = { ...cookie, 'sec-fetch-site': 'cross-site', 'x-http-method-override': method }
      expect(await codeOf(await ask('/me', { method: 'POST', headers }))).toBe('cross_site_rejected')
    }
  })

  it('[D1] that passes a POST off as a GET: Node’s request still is a POST; the web’s is no more', async () => {
    const headers = { ...cookie, 'sec-fetch-site': 'cross-site', 'x-http-method-override': 'GET' }
    const code = await codeOf(await (await host(app()))('/me', { method: 'POST', headers }))
    // nothing but a GET is done then, and a GET changes nothing
    expect(code).toBe(name === 'Hono on Node' ? 'cross_site_rejected' : 'GET')
  })

  it('is left to do its work for a page of ours', async () => {
    const headers = { ...cookie, 'sec-fetch-site': 'same-origin', 'x-http-method-override': 'DELETE' }
    const response = await (await host(app()))('/me', { method: 'POST', headers })
    expect(await response.text()).toBe('DELETE')
  })
})
