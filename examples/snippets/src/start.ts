// #region start
import { jwtAuth, requireScopes } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth
import express from 'express'

const app = express()
app.get('/health', (_req, res) => res.send('ok')) // registered before jwtAuth(): public
app.use(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }))
app.get('/me', (req, res) => res.json({ subject: req.auth?.subject }))
app.get('/orders', requireScopes('orders:read'), (_req, res) => res.json([]))
app.listen(3000)
// #endregion
