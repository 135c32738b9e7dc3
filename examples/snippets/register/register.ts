import { jwtAuth } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth
import express from 'express'

// #region register
declare module '@countersign/core' {
  interface Register {
    claims: { org: string }
  }
}
// #endregion

const app = express()
app.use(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }))
// #region use
app.get('/org', (req, res) => res.json({ org: req.auth?.claims.org.toUpperCase() }))
// #endregion
app.listen(3000)
