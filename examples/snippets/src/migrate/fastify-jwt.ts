import fastify from 'fastify'
// #region after
import { jwtAuth, scope } from '@countersign/fastify'
import '@countersign/fastify/global' // the type of request.auth

const app = fastify()
await app.register(
  jwtAuth({
    issuer: 'https://idp.example.com', // was: verify.allowedIss
    audience: 'https://api.example.com', // was: verify.allowedAud
    secret: process.env['JWT_SECRET'] ?? '',
  }),
)
// no onRequest hook that calls request.jwtVerify(): every route of the scope is protected
app.get('/health', { config: { auth: false } }, () => 'ok')
app.get('/orders', { config: { auth: scope('orders:read') } }, (request) => ({
  of: request.auth?.subject, // was: request.user.sub
}))
// #endregion
await app.listen({ port: 3000 })
