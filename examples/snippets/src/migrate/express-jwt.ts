import express from 'express'
// #region after
import { isAuthError, jwtAuth, requireScopes } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth

const app = express()
app.get('/health', (_req, res) => res.send('ok')) // instead of unless({ path: ['/health'] })
app.use(
  jwtAuth({
    issuer: 'https://idp.example.com',
    audience: 'https://api.example.com',
    jwksUri: 'https://idp.example.com/jwks', // instead of jwks-rsa; left out, it is discovered
    algorithms: ['RS256', 'ES256'], // may be left out: the keys say which
    onRefused: 'throw', // to keep your error handler
  }),
)
app.get('/orders', requireScopes('orders:read'), (req, res) => res.json({ of: req.auth?.subject }))
app.use(((error, _req, res, next) => {
  if (!isAuthError(error)) return next(error) // was: error.name === 'UnauthorizedError'
  res.status(error.status).set(error.headers).json({ error: error.code })
}) satisfies express.ErrorRequestHandler)
// #endregion
app.listen(3000)
