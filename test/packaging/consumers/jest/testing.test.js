// The tests of an application, by our test issuer.
const { jwtAuth } = require('@countersign/express')
const { createTestIssuer } = require('@countersign/testing')
const express = require('express')
const { once } = require('node:events')

test.each([
  ['token', 200],
  ['expired', 401],
  ['tampered', 401],
])('%s: %i', async (kind, status) => {
  const idp = await createTestIssuer()
  const app = express()
  app.use(jwtAuth({ ...idp.options }))
  app.get('/', (req, res) => res.json({ subject: req.auth.subject }))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const headers = { authorization: `Bearer ${await idp[kind]()}` }
  expect((await fetch(`http://127.0.0.1:${server.address().port}/`, { headers })).status).toBe(status)
  server.close()
  server.closeAllConnections()
  await idp.close()
})
