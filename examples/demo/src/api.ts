import { jwtAuth, requireScopes } from '@countersign/express'
import '@countersign/express/global'
import express from 'express'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

/** What the demo may turn while the API runs. */
export interface Clock {
  /** Seconds that the API's clock is ahead. */
  ahead: number
}

export interface Api {
  readonly url: string
  stop(): Promise<void>
}

/** An Express API that takes the tokens of one issuer. The first three lines are all that protects it. */
export async function startApi(issuer: string, audience: string[], clock: Clock): Promise<Api> {
  const app = express()
  app.use(
    jwtAuth({
      issuer, // keys are discovered from here
      audience,
      cookie: true, // `__Host-access`, besides the Authorization header
      origin: 'https://shop.example',
      now: () => Date.now() + clock.ahead * 1_000,
    }),
  )
  app.get('/me', (req, res) => {
    res.json({ subject: req.auth?.subject, scopes: req.auth?.scopes })
  })
  app.get('/orders', requireScopes('orders:read'), (_req, res) => {
    res.json([{ id: 1, item: 'fountain pen' }])
  })
  app.post('/orders', requireScopes('orders:write'), (_req, res) => {
    res.status(201).json({ id: 2 })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
