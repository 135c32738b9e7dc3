import { allOf, anyOf, createAuthenticator, role, scope } from '@countersign/core'
import { authorize, jwtAuth, requireRoles, requireScopes } from '@countersign/express'
import '@countersign/express/global'
import express from 'express'

const options = { issuer: 'https://issuer.test', audience: 'https://api.test', publicKey: 'PEM' }
createAuthenticator(options)

const auth = jwtAuth({ ...options, algorithms: ['ES256'] })
export const app = express()
app.use(auth)
app.get('/me', (req, res) => {
  const maybe: string | undefined = req.auth?.subject
  const sure: string = auth.of(req).subject
  // @ts-expect-error anonymous requests have no principal
  const wrong: string = req.auth.subject
  res.json({ maybe, sure, wrong })
})
app.get('/orders', requireScopes('orders:read'), requireRoles('reader'))
app.get('/either', authorize(anyOf(role('admin'), allOf(scope('orders:read'), scope('orders:list')))))
// @ts-expect-error an authenticator has an audience, or says `null`
createAuthenticator({ issuer: 'https://issuer.test', publicKey: 'PEM' })
