import { jwtAuth } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth
import express from 'express'

const app = express()
// #region env
app.use(jwtAuth()) // JWT_ISSUER and JWT_AUDIENCE, and JWT_JWKS_URI, JWT_PUBLIC_KEY or JWT_SECRET where needed
// #endregion
app.get('/me', (req, res) => res.json({ subject: req.auth?.subject }))
app.listen(3000)
