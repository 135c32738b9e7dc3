import { jwtAuth } from '@countersign/express'
import '@countersign/express/global'
import cors from 'cors'
import methodOverride from 'method-override'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, idp, options, releases, serve } from './support/serve.ts'

const ORIGIN = 'https://app.test'
const preflight = {
  method: 'OPTIONS',
  headers: {
    origin: ORIGIN,
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  },
}

describe.each(releases)('%s: OPTIONS and the real cors package', (_name, express) => {
  it('[D3] a preflight is answered by cors() before jwtAuth(), without credentials', async () => {
    const app = express()
    app.use(cors({ origin: ORIGIN, credentials: true }), jwtAuth(options))
    app.get('/me', (req, res) => void res.json({ subject: req.auth?.subject }))
    const ask = await serve(app)
    const response = await ask('/me', preflight)
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization')
    const got = await ask('/me', { headers: { origin: ORIGIN, ...(await bearer()) } })
    expect(await got.json()).toEqual({ subject: 'user-1' })
    expect(got.headers.get('access-control-allow-origin')).toBe(ORIGIN)
  })

  it('[D3] a refusal keeps the headers of cors(), so that the page can read it', async () => {
    const app = express()
    app.use(cors({ origin: ORIGIN }), jwtAuth(options))
    const ask = await serve(app)
    const response = await ask('/me', { headers: { origin: ORIGIN } })
    expect(response.status).toBe(401)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(response.headers.get('vary')).toBe('Origin')
    expect(await codeOf(response)).toBe('credential_missing')
  })

  it('[D3] no OPTIONS gets past jwtAuth() for its headers', async () => {
    const app = express()
    app.use(jwtAuth(options))
    app.options('/me', (_req, res) => void res.send('let in'))
    app.all('/all', (_req, res) => void res.send('let in'))
    const ask = await serve(app)
    for (const path of ['/me', '/all', '/nothing']) {
      expect([path, (await ask(path, preflight)).status]).toEqual([path, 401])
    }
    const response = await ask('/me', {
      ...preflight,
      headers: { ...preflight.headers, ...(await bearer()) },
    })
    expect(await response.text()).toBe('let in')
  })
})

const fromElsewhere = { cookie: await idp.cookie(), 'sec-fetch-site': 'cross-site' }

describe.each(releases)('%s: the real method-override package', (_name, express) => {
  const app = (): import('express').Express => {
    const application = express()
    application.use(methodOverride('X-HTTP-Method-Override', { methods: ['POST', 'GET'] }))
    application.use(jwtAuth({ ...options, cookie: true, origin: ORIGIN }))
    application.all('/me', (req, res) => void res.send(req.method))
    return application
  }

  it('[D1] does not pass a POST off as a GET', async () => {
    const ask = await serve(app())
    const headers = { ...fromElsewhere, 'x-http-method-override': 'GET' }
    expect(await codeOf(await ask('/me', { method: 'POST', headers }))).toBe('cross_site_rejected')
  })

  it('[D1] does not pass a GET off as a harmless DELETE', async () => {
    const ask = await serve(app())
    const headers = { ...fromElsewhere, 'x-http-method-override': 'DELETE' }
    expect(await codeOf(await ask('/me', { headers }))).toBe('cross_site_rejected')
  })

  it('is left to do its work for a page of ours', async () => {
    const ask = await serve(app())
    const headers = { ...fromElsewhere, 'sec-fetch-site': 'same-origin', 'x-http-method-override': 'DELETE' }
    expect(await (await ask('/me', { method: 'POST', headers })).text()).toBe('DELETE')
  })
})
