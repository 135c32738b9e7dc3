// oxlint-disable typescript/no-floating-promises -- the runner awaits its tests
// #region node
import { createTestIssuer, fakeClock } from '@countersign/testing'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
// #endregion
import { createApp } from './testing-express-app.ts'

// #region node
test('alice is let in until her token expires', async (t) => {
  const clock = fakeClock()
  const idp = await createTestIssuer({ clock })
  const server = createApp({ ...idp.options }).listen(0)
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const authorization = await idp.bearer({ subject: 'alice', scope: 'orders:read', expiresIn: 300 })
  const ask = async () => fetch(`http://localhost:${port}/orders`, { headers: { authorization } })

  assert.deepEqual(await (await ask()).json(), { of: 'alice' })
  clock.advance(316) // the token’s five minutes, and the tolerance of 15 s for clocks that differ
  assert.equal((await ask()).status, 401)
})
// #endregion
