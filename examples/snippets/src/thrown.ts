import express from 'express'
// #region thrown
import { isAuthError, jwtAuth, requireScopes } from '@countersign/express'
import type { ErrorRequestHandler } from 'express'

const app = express()
app.use(
  jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com', onRefused: 'throw' }),
)
app.get('/orders', requireScopes('orders:read'), (_req, res) => res.json([])) // guards do as their authenticator

const onError: ErrorRequestHandler = (error, _req, res, next) => {
  if (!isAuthError(error)) return next(error)
  res.status(error.status).set(error.headers).json({ error: error.code })
}
app.use(onError)
// #endregion
app.listen(3000)
