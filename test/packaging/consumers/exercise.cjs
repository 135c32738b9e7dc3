// Serves an API on loopback with the given modules, asks it as a client would, and checks the answers.
const assert = require('node:assert/strict')
const askAll = require('./ask-all.cjs')
const { audience, issuer, publicKey } = require('./provider.cjs')

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

  await askAll(app.listen(0, '127.0.0.1'))
}
