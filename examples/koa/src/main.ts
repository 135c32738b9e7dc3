// Starts the API and an issuer on loopback, tries the API out, and ends.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createIssuer, tryOut } from '@countersign/example-orders'
import { createApi } from './api.ts'

const issuer = await createIssuer()
const { audience, jwksUri } = issuer
const server = createApi({ issuer: issuer.issuer, audience, jwksUri }).listen(0, '127.0.0.1')
await once(server, 'listening')
try {
  await tryOut('Koa', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, issuer)
} finally {
  server.close()
  server.closeAllConnections()
  await issuer.stop()
}
