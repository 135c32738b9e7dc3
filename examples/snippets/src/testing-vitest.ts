// #region vitest
import { createTestIssuer, type TestIssuer } from '@countersign/testing'
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
// #endregion
import { createApp } from './testing-express-app.ts'

// #region vitest
let idp: TestIssuer
let server: Server
let orders: string

beforeAll(async () => {
  idp = await createTestIssuer()
  server = createApp({ ...idp.options }).listen(0)
  await once(server, 'listening')
  orders = `http://localhost:${(server.address() as AddressInfo).port}/orders`
})
afterAll(async () => {
  server.close()
  await idp.close()
})

test('orders are for those who may read them', async () => {
  const ask = async (authorization: string) => fetch(orders, { headers: { authorization } })
  const allowed = await ask(await idp.bearer({ subject: 'alice', scope: 'orders:read' }))
  expect(await allowed.json()).toEqual({ of: 'alice' })
  expect((await ask(await idp.bearer({ scope: 'profile' }))).status).toBe(403)
  expect((await ask(`Bearer ${await idp.expired({ scope: 'orders:read' })}`)).status).toBe(401)
})
// #endregion
