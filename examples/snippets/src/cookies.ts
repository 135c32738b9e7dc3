import { jwtAuth } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth
import express from 'express'

const app = express()
// #region cookies
app.use(
  jwtAuth({
    issuer: 'https://idp.example.com',
    audience: 'https://api.example.com',
    cookie: true, // reads `__Host-access`; the Authorization header has priority
    origin: 'https://app.example.com', // where browsers reach this server
  }),
)
// #endregion
app.get('/me', (req, res) => res.json({ subject: req.auth?.subject }))
app.post('/orders', (_req, res) => res.status(201).json({ id: 1 }))
app.listen(3000)
