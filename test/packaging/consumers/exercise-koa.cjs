// The same API as in exercise.cjs, with Koa.
const askAll = require('./ask-all.cjs')
const { audience, issuer, publicKey } = require('./provider.cjs')

module.exports = async function exercise({ Koa, core, countersign }) {
  const { allOf, anyOf, role, scope } = core
  const { authorize, jwtAuth, requireRoles, requireScopes } = countersign
  const auth = jwtAuth({ issuer, audience, publicKey, algorithms: ['ES256'] })
  const guards = {
    '/orders': requireScopes('orders:read'),
    '/admin': requireRoles('admin'),
    // core's requirements in the adapter's guard: both must see one core
    '/either': authorize(anyOf(role('admin'), allOf(scope('orders:read'), scope('orders:list')))),
  }
  const app = new Koa()
  app.use(auth)
  app.use((ctx, next) => guards[ctx.path]?.(ctx, next) ?? next())
  app.use((ctx) => {
    ctx.body = { subject: ctx.state.auth.subject, same: auth.of(ctx).subject }
  })
  await askAll(app.listen(0, '127.0.0.1'))
}
