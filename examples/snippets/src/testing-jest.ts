// #region jest
import { createTestIssuer, type TestIssuer } from '@countersign/testing'
import type { FastifyInstance } from 'fastify'
// #endregion
import { afterAll, beforeAll, expect, test } from 'vitest' // has the same names as Jest’s globals
import { createApp } from './testing-fastify-app.ts'

// #region jest
let idp: TestIssuer
let app: FastifyInstance
let origin: string

beforeAll(async () => {
  idp = await createTestIssuer()
  app = await createApp({ ...idp.options })
  origin = await app.listen({ port: 0 })
})
afterAll(async () => {
  await app.close()
  await idp.close()
})

test.each(['expired', 'wrongAudience', 'tampered', 'unsigned'] as const)('%s: refused', async (kind) => {
  const headers = { authorization: `Bearer ${await idp[kind]({ scope: 'orders:read' })}` }
  const response = await fetch(`${origin}/orders`, { headers })
  expect(response.status).toBe(401)
})

test('alice sees her orders', async () => {
  const headers = { authorization: await idp.bearer({ subject: 'alice', scope: 'orders:read' }) }
  const response = await fetch(`${origin}/orders`, { headers })
  expect(await response.json()).toEqual({ of: 'alice' })
})
// #endregion
