import express from 'express'
// #region after
import { authorize, claim, jwtAuth, requireScopes } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth

const app = express()
app.use(
  jwtAuth({
    issuer: 'https://idp.example.com', // was: issuerBaseURL
    audience: 'https://api.example.com',
    profile: 'rfc9068', // was: strict: true
    clockTolerance: 5, // the default of the other library; 15 here
  }),
)
app.get('/orders', requireScopes('orders:read'), (req, res) => res.json({ of: req.auth?.subject }))
app.get('/staff', authorize(claim('staff', true)), (_req, res) => res.json([])) // was: claimEquals('staff', true)
// #endregion
app.listen(3000)
