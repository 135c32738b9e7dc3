// #region start
import { jwtAuth, scope } from '@countersign/fastify'
import '@countersign/fastify/global' // the type of request.auth
import fastify from 'fastify'

const app = fastify()
await app.register(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }))
app.get('/health', { config: { auth: false } }, () => 'ok') // public
app.get('/me', (request) => ({ subject: request.auth?.subject }))
app.get('/orders', { config: { auth: scope('orders:read') } }, () => [])
await app.listen({ port: 3000 })
// #endregion
