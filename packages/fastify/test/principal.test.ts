import { authorize, jwtAuth, role } from '@countersign/fastify'
import '@countersign/fastify/global'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bearer, codeOf, options } from '../../../test/support/adapters.ts'
import { FOREIGN } from '../../../test/support/principals.ts'
import { serve } from './support/serve.ts'

const showAuth = (request: FastifyRequest) => ({ auth: request.auth ?? null })

describe('the principal', () => {
  it('is known to every hook after onRequest', async () => {
    const app = fastify()
    const seen: unknown[] = []
    await app.register(jwtAuth(options))
    app.addHook('preParsing', async (request) => void seen.push(request.auth?.subject))
    app.addHook('onResponse', async (request) => void seen.push(request.auth?.subject))
    app.get('/', showAuth)
    await (
      await serve(app)
    )('/', { headers: await bearer() })
    await app.close()
    expect(seen).toEqual(['user-1', 'user-1'])
  })

  it('is what of() answers, typed by the schema', async () => {
    const app = fastify()
    const auth = jwtAuth({ ...options, claims: z.object({ org: z.string() }) })
    await app.register(auth)
    app.get('/', (request) => {
      const org: string = auth.of(request).claims.org
      return { org }
    })
    const ask = await serve(app)
    expect(await (await ask('/', { headers: await bearer({ claims: { org: 'acme' } }) })).json()).toEqual({
      org: 'acme',
    })
    expect(await codeOf(await ask('/', { headers: await bearer({ claims: { org: 7 } }) }))).toBe(
      'claims_invalid',
    )
  })

  it('is no one’s else: requests at the same time do not mix', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    app.get('/', (request) => {
      const before = request.auth?.subject
      return new Promise((resolve) => {
        setImmediate(() => resolve({ before, after: request.auth?.subject }))
      })
    })
    const ask = await serve(app)
    const subjects = Array.from({ length: 20 }, (_, i) => `user-${i}`)
    const answers = await Promise.all(
      subjects.map(async (sub) => (await ask('/', { headers: await bearer({ subject: sub }) })).json()),
    )
    expect(answers).toEqual(subjects.map((sub) => ({ before: sub, after: sub })))
  })

  it.each(['headers', 'query', 'raw', 'server'])('is refused the property %s', (property) => {
    expect(() => jwtAuth({ ...options, property })).toThrow('"property"')
  })

  it('shares the property with whoever decorated it before, and tells whoever does after', async () => {
    const app = fastify()
    app.decorateRequest('auth')
    await app.register(jwtAuth(options))
    app.get('/', showAuth)
    expect(() => app.decorateRequest('auth')).toThrow('already been added')
    const ask = await serve(app)
    expect(await (await ask('/', { headers: await bearer() })).json()).toMatchObject({
      auth: { subject: 'user-1' },
    })
  })
})

describe('a request.auth that somebody else set', () => {
  /** What other plugins leave behind, made as tempting as can be. */
  const foreign = (app: FastifyInstance) =>
    app.addHook('onRequest', async (request) => {
      Object.assign(request, { auth: FOREIGN })
    })
  const letIn = () => 'let in'

  it('does not satisfy a guard when it is set after jwtAuth()', async () => {
    const app = fastify()
    await app.register(jwtAuth(options))
    foreign(app)
    app.get('/', { preHandler: authorize(role('admin')) }, letIn)
    const ask = await serve(app)
    expect(await codeOf(await ask('/', { headers: await bearer() }))).toBe('role_insufficient')
  })
})
