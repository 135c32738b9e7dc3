import { jwtAuth, requireRoles } from '@countersign/hono'
import { Hono, type Handler } from 'hono'
import { describe, expect, it } from 'vitest'
import { bearer, codeOf, options } from '../../../test/support/adapters.ts'
import { hosts } from './support/serve.ts'

const letIn: Handler = (c) => c.text('let in')

describe.each(hosts)('%s: guards', (_name, host) => {
  it('guard what is under a path', async () => {
    const app = new Hono()
    app.use(jwtAuth(options))
    app.use('/admin/*', requireRoles('admin'))
    app.get('/admin/users', letIn)
    const ask = await host(app)
    expect(await codeOf(await ask('/admin/users', { headers: await bearer() }))).toBe('role_insufficient')
    expect((await ask('/admin/nothing', { headers: await bearer() })).status).toBe(403)
    expect(await codeOf(await ask('/admin/users', { headers: await bearer({ roles: ['admin'] }) }))).toBe(
      'let in',
    )
  })
})
