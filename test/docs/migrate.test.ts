// What docs/migrate shows as "after" runs as it stands.
import { createSigner } from '@countersign/forge'
import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { read, root } from './repository.ts'
import { codeOf, endWorld, idp, makeWorld, run } from './world.ts'

const SECRET = 'k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e'
const { issuer, audience } = idp
const hmac = createSigner({ alg: 'HS256', kid: null, secret: Buffer.from(SECRET), issuer, audience })
const at = { typ: 'at+jwt' }
const rfc9068 = { jti: 'a', client_id: 'web' }

interface Guide {
  readonly load: () => Promise<unknown>
  readonly token: (claims: Record<string, unknown>) => string
  readonly path?: string
  readonly open?: string
  /** Whether it answers in its own way, from `{ error }`. */
  readonly own?: boolean
}

const guides: Record<string, Guide> = {
  'express-jwt': {
    load: () => import('../../examples/snippets/src/migrate/express-jwt.ts'),
    token: (claims) => idp.token(claims),
    open: '/health',
    own: true,
  },
  'express-oauth2-jwt-bearer': {
    load: () => import('../../examples/snippets/src/migrate/express-oauth2-jwt-bearer.ts'),
    token: (claims) => idp.token({ ...rfc9068, ...claims }, at),
  },
  'koa-jwt': {
    load: () => import('../../examples/snippets/src/migrate/koa-jwt.ts'),
    token: (claims) => hmac.token(claims),
    open: '/health',
  },
  'fastify-jwt': {
    load: () => import('../../examples/snippets/src/migrate/fastify-jwt.ts'),
    token: (claims) => hmac.token(claims),
    open: '/health',
  },
  'hono-jwt': {
    load: () => import('../../examples/snippets/src/migrate/hono-jwt.ts'),
    token: (claims) => hmac.token(claims),
    path: '/api/orders',
  },
  'passport-jwt': {
    load: () => import('../../examples/snippets/src/migrate/passport-jwt.ts'),
    token: (claims) => idp.token(claims),
    open: '/orders/prices',
  },
}

beforeEach(() => {
  makeWorld()
  vi.stubEnv('JWT_SECRET', SECRET)
})
afterEach(endWorld)

it('every guide has its code, which is run here', () => {
  const files = globSync('examples/snippets/src/migrate/*.ts', { cwd: root }).map((path) =>
    basename(path, '.ts'),
  )
  const pages = globSync('docs/migrate/*.md', { cwd: root }).map((path) => basename(path, '.md'))
  expect(files.toSorted()).toEqual(Object.keys(guides).toSorted())
  expect(pages.toSorted()).toEqual(Object.keys(guides).toSorted())
  for (const name of pages)
    expect(read(`docs/migrate/${name}.md`)).toContain(`<!-- snippet: src/migrate/${name}.ts#after -->`)
})

describe.each(Object.entries(guides))('after %s', (_name, { load, token, path = '/orders', own }) => {
  const bearer = (claims: Record<string, unknown> = {}) => ({ authorization: `Bearer ${token(claims)}` })

  it('protects, guards, and says who asks', async () => {
    const api = await run(load)
    const refused = async (headers?: Record<string, string>) => {
      const response = await api.get(path, headers)
      if (own !== true) return codeOf(response)
      return `${response.status} ${((await response.json()) as { error: string }).error}`
    }
    expect(await refused()).toBe('401 credential_missing')
    expect(await refused(bearer({ exp: 1 }))).toBe('401 token_expired')
    expect(await refused(bearer({ aud: 'https://another.example' }))).toBe('401 claim_mismatch')
    expect(await refused(bearer({ scope: 'profile' }))).toBe('403 scope_insufficient')
    const admitted = await api.get(path, bearer({ scope: 'orders:read' }))
    expect(await admitted.json()).toEqual({ of: 'user-1' })
  })
})

it.each(Object.entries(guides).filter(([, { open }]) => open !== undefined))(
  'after %s, what was open is open',
  async (_name, { load, open = '/' }) => {
    const api = await run(load)
    expect((await api.get(open)).status).toBe(200)
  },
)

it('express-oauth2-jwt-bearer: claims are asked for by requirements', async () => {
  const { load, token } = guides['express-oauth2-jwt-bearer']!
  const api = await run(load)
  const ask = (claims: Record<string, unknown>) =>
    api.get('/staff', { authorization: `Bearer ${token(claims)}` })
  expect((await ask({ staff: true })).status).toBe(200)
  expect(await codeOf(await ask({ staff: 'true' }))).toBe('403 requirement_failed')
})
