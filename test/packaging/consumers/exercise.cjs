// Serves an API on loopback with the given modules, asks it as a client would, and checks the answers.
const assert = require('node:assert/strict')
const { once } = require('node:events')
const { audience, issuer, publicKey, token } = require('./provider.cjs')

module.exports = async function exercise({ express, core, countersign }) {
  const { allOf, anyOf, createAuthenticator, role, scope } = core
  const { authorize, jwtAuth, requireRoles, requireScopes } = countersign
  const options = { issuer, audience, publicKey, algorithms: ['ES256'] }

  assert.equal(typeof createAuthenticator(options).authenticate, 'function')

  const app = express()
  const auth = jwtAuth(options)
  app.use(auth)
  const answer = (req, res) => res.json({ subject: req.auth?.subject, same: auth.of(req).subject })
  app.get('/me', answer)
  app.get('/orders', requireScopes('orders:read'), answer)
  app.get('/admin', requireRoles('admin'), answer)
  // core's requirements in the adapter's guard: both must see one core
  app.get(
    '/either',
    authorize(anyOf(role('admin'), allOf(scope('orders:read'), scope('orders:list')))),
    answer,
  )

  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const ask = async (path, claims) => {
    const headers = claims ? { authorization: `Bearer ${token(claims)}` } : {}
    return fetch(`http://127.0.0.1:${server.address().port}${path}`, { headers })
  }
  try {
    const refused = await ask('/me')
    assert.equal(refused.status, 401)
    assert.match(refused.headers.get('www-authenticate'), /^Bearer/)
    assert.match(refused.headers.get('content-type'), /^application\/problem\+json/)

    const welcome = await ask('/me', {})
    assert.equal(welcome.status, 200)
    assert.equal(await welcome.text(), '{"subject":"alice","same":"alice"}')

    assert.equal((await ask('/me', { aud: 'https://other.test' })).status, 401)
    assert.equal((await ask('/orders', {})).status, 403)
    assert.equal((await ask('/orders', { scope: 'orders:read' })).status, 200)
    assert.equal((await ask('/admin', { roles: ['reader'] })).status, 403)
    assert.equal((await ask('/admin', { roles: ['admin'] })).status, 200)
    assert.equal((await ask('/either', { scope: 'orders:read' })).status, 403)
    assert.equal((await ask('/either', { scope: 'orders:list orders:read' })).status, 200)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}
