import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { createApp } from './app.js'
import { bearer, env } from './provider.js'
import { checkSessions } from './sessions.js'

let url: string
let stop: () => void

before(async () => {
  Object.assign(process.env, env)
  const server = createApp().listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stop = () => {
    server.close()
    server.closeAllConnections()
  }
})
after(() => stop())

const ask = (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers })

test('/ is public', async () => {
  assert.equal(await (await ask('/')).text(), 'Hello World!')
})

test('/me asks for a token', async () => {
  const refused = await ask('/me')
  assert.equal(refused.status, 401)
  assert.equal(refused.headers.get('www-authenticate'), 'Bearer')
  assert.deepEqual(await (await ask('/me', bearer())).json(), { subject: 'alice' })
})

test('/orders asks for a scope', async () => {
  assert.equal((await ask('/orders', bearer())).status, 403)
  assert.equal((await ask('/orders', bearer({ scope: 'orders:read' }))).status, 200)
})

test('signs in, renews and signs out', () => checkSessions(url))
