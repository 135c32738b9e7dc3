import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { jwtAuth, requireRoles, requireScopes } from '@countersign/express'
import '@countersign/express/global'
import { startIdp, type Idp } from '@countersign/idp'
import express from 'express'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const resource = 'https://orders.test/'

let idp: Idp
const closing: (() => Promise<void>)[] = []

beforeEach(async () => {
  idp = await startIdp({ algorithms: { 'https://rs.test/': 'RS256', 'https://ed.test/': 'Ed25519' } })
})

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  await idp.stop()
})

/** An API in front of which only `jwtAuth` stands; `ask` calls it with a token. */
async function serveOrders(
  options: Parameters<typeof jwtAuth>[0],
): Promise<(token: string, path?: string) => Promise<Response>> {
  const app = express()
  app.use(jwtAuth(options))
  app.get(
    '/me',
    (req, res) => void res.json({ subject: req.auth?.subject, scopes: [...(req.auth?.scopes ?? [])] }),
  )
  app.get('/orders', requireScopes('orders:read'), (_req, res) => void res.json([]))
  app.get('/reports', requireRoles('auditor'), (_req, res) => void res.json([]))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
  const { port } = server.address() as AddressInfo
  return async (token, path = '/me') =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } })
}

describe('Express with a real identity provider', () => {
  it.each(['https://es.test/', 'https://rs.test/', 'https://ed.test/'])(
    'finds the keys from the issuer alone and accepts its token for %s',
    async (audience) => {
      const ask = await serveOrders({ issuer: idp.issuer, audience })
      const response = await ask(await idp.accessToken({ resource: audience, scope: 'orders:read' }))
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({ subject: 'service', scopes: ['orders:read'] })
    },
  )

  it('refuses a token for another resource, and the lack of a scope or a role', async () => {
    const ask = await serveOrders({ issuer: idp.issuer, audience: resource, jwksUri: idp.jwksUri })
    const foreign = await idp.accessToken({ resource: 'https://other.test/' })
    const plain = await idp.accessToken({ resource })
    const reader = await idp.accessToken({ resource, scope: 'orders:read' })
    expect((await ask(foreign)).status).toBe(401)
    expect((await ask(plain, '/orders')).status).toBe(403)
    expect((await ask(reader, '/orders')).status).toBe(200)
    expect((await ask(reader, '/reports')).status).toBe(403)
  })

  it('goes on through a rotation of keys, and asks for each key set once', async () => {
    const ask = await serveOrders({
      issuer: idp.issuer,
      audience: resource,
      jwksUri: idp.jwksUri,
      keyServer: { cooldown: 1 },
    })
    const old = await idp.accessToken({ resource })
    expect((await ask(old)).status).toBe(200)
    expect((await ask(old)).status).toBe(200)
    expect(idp.keySetRequests).toBe(1)

    await idp.rotate()
    const fresh = await idp.accessToken({ resource })
    // a set that was fetched a moment ago is believed until the cooldown is over
    await expect.poll(async () => (await ask(fresh)).status).toBe(200)
    expect((await ask(old)).status).toBe(200)
    expect(idp.keySetRequests).toBe(2)
  })

  it('refuses tokens of keys that were dropped', async () => {
    const ask = await serveOrders({
      issuer: idp.issuer,
      audience: resource,
      jwksUri: idp.jwksUri,
      keyServer: { cooldown: 1 },
    })
    const old = await idp.accessToken({ resource })
    expect((await ask(old)).status).toBe(200)
    await idp.rotate({ dropOld: true })
    const fresh = await idp.accessToken({ resource })
    await expect.poll(async () => (await ask(fresh)).status).toBe(200)
    expect((await ask(old)).status).toBe(401)
  })

  it('answers 503 with Retry-After while the provider is down, and recovers by itself', async () => {
    const token = await idp.accessToken({ resource })
    const ask = await serveOrders({
      issuer: idp.issuer,
      audience: resource,
      jwksUri: idp.jwksUri,
      keyServer: { cooldown: 1 },
    })
    await idp.stop()
    const down = await ask(token)
    expect(down.status).toBe(503)
    expect(down.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(down.headers.get('www-authenticate')).toBeNull()

    await idp.start()
    await expect.poll(async () => (await ask(token)).status, { timeout: 10_000 }).toBe(200)
  })

  it('lives on the keys it has while the provider is down', async () => {
    const token = await idp.accessToken({ resource })
    const ask = await serveOrders({ issuer: idp.issuer, audience: resource, jwksUri: idp.jwksUri })
    expect((await ask(token)).status).toBe(200)
    await idp.stop()
    expect((await ask(token)).status).toBe(200)
  })
})
