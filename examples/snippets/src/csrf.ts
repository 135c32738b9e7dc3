import express from 'express'
// #region csrf
import { createCsrfTokens, jwtAuth } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth

const csrfSecrets = [process.env['CSRF_SECRET'] ?? ''] // 32 bytes or more; put a new one in front to replace it
const csrf = createCsrfTokens(csrfSecrets)

const app = express()
app.use(
  jwtAuth({
    issuer: 'https://idp.example.com',
    audience: 'https://api.example.com',
    cookie: true,
    origin: 'https://app.example.com',
    csrfSecrets,
  }),
)
app.get('/csrf-token', (req, res, next) => {
  const sessionId = req.auth?.sessionId // the `sid` claim: without one there is nothing to bind the token to
  if (sessionId === undefined) return void res.status(404).end()
  csrf.create(sessionId).then((token) => res.json({ token }), next) // the client sends it back as X-CSRF-Token
})
// #endregion
app.post('/orders', (_req, res) => res.status(201).json({ id: 1 }))
app.listen(3000)
