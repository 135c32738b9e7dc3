// #region start
import { jwtAuth } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth
import { createIssuer } from '@countersign/issuer'
import express from 'express'

const audience = 'https://app.example.com'
const issuer = createIssuer({
  issuer: audience,
  audience,
  clientId: 'web',
  algorithm: 'HS256',
  secret: process.env['TOKEN_SECRET'] ?? '', // 32 random bytes or more; [new, old] while you replace it
})

const app = express()
app.post('/token', async (_req, res) => {
  const { token } = await issuer.accessToken({ subject: 'user-1' })
  res.set('Cache-Control', 'no-store').json({ access_token: token, token_type: 'Bearer' })
})
app.use(jwtAuth({ ...issuer.verification(), audience })) // verifies what this server signed, without fetching keys
app.get('/me', (req, res) => res.json({ subject: req.auth?.subject }))
app.listen(3000)
// #endregion
