// Starts the API and an issuer on loopback, tries the API out, and ends.
import { createIssuer, tryOut } from '@countersign/example-orders'
import { createApi } from './api.ts'

const issuer = await createIssuer()
const { audience, jwksUri } = issuer
const app = await createApi({ issuer: issuer.issuer, audience, jwksUri })
try {
  await tryOut('Fastify', await app.listen({ host: '127.0.0.1', port: 0 }), issuer)
} finally {
  const closed = app.close()
  app.server.closeAllConnections()
  await closed
  await issuer.stop()
}
