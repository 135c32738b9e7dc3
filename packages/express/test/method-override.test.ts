import { jwtAuth } from '@countersign/express'
import methodOverride from 'method-override'
import { describe, expect, it } from 'vitest'
import { codeOf, cookieOptions, idp } from '../../../test/support/adapters.ts'
import { releases, serve } from './support/serve.ts'

const fromElsewhere = { cookie: await idp.cookie(), 'sec-fetch-site': 'cross-site' }

describe.each(releases)('%s: the real method-override package', (_name, express) => {
  const app = (): import('express').Express => {
    const application = express()
    application.use(methodOverride('X-HTTP-Method-Override', { methods: ['POST', 'GET'] }))
    application.use(jwtAuth(cookieOptions))
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
