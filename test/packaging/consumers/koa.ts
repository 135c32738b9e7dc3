import { allOf, anyOf, role, scope } from '@countersign/core'
import { authorize, jwtAuth, requireRoles, requireScopes } from '@countersign/koa'
import '@countersign/koa/global'
import Koa from 'koa'

const auth = jwtAuth({ issuer: 'https://issuer.test', audience: 'https://api.test', publicKey: 'PEM' })
export const app = new Koa()
app.use(auth)
app.use(requireScopes('orders:read')).use(requireRoles('reader'))
app.use(authorize(anyOf(role('admin'), allOf(scope('orders:read'), scope('orders:list')))))
app.use((ctx) => {
  const maybe: string | undefined = ctx.state.auth?.subject
  const sure: string = auth.of(ctx).subject
  // @ts-expect-error anonymous requests have no principal
  const wrong: string = ctx.state.auth.subject
  ctx.body = { maybe, sure, wrong }
})
// @ts-expect-error an authenticator has an audience, or says `null`
jwtAuth({ issuer: 'https://issuer.test', publicKey: 'PEM' })
