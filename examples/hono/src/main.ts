// Starts the API and an issuer on loopback, tries the API out, and ends.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createIssuer, tryOut } from '@countersign/example-orders'
import { getRequestListener } from '@hono/node-server'
import { createApi } from './api.ts'

const issuer = await createIssuer()
const { audience, jwksUri } = issuer
const handle = getRequestListener(createApi({ issuer: issuer.issuer, audience, jwksUri }).fetch)
const server = createServer((req, res) => void handle(req, res)).listen(0, '127.0.0.1')
await once(server, 'listening')
try {
  await tryOut('Hono', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, issuer)
} finally {
  server.close()
  server.closeAllConnections()
  await issuer.stop()
}
