import { jwtAuth, mount, requireScopes } from '@countersign/express'
import '@countersign/express/global'
import express from 'express'
import { issuer, login, sessions } from './sessions.js'

export function createApp() {
  const app = express()
  app.get('/', (_req, res) => {
    res.send('Hello World!')
  })
  app.use('/auth', mount(sessions.routes({ login })))
  app.use(mount(issuer.routes()))
  app.use(jwtAuth())
  app.get('/me', (req, res) => {
    res.json({ subject: req.auth?.subject })
  })
  app.get('/orders', requireScopes('orders:read'), (_req, res) => {
    res.json([])
  })
  return app
}
