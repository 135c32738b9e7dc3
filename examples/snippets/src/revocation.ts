import { jwtAuth } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth
import express from 'express'

const revokedTokens = new Set<string>(['revoked-token'])
const app = express()
// #region revocation
app.use(
  jwtAuth({
    issuer: 'https://idp.example.com',
    audience: 'https://api.example.com',
    isRevoked: ({ tokenId }) => tokenId !== undefined && revokedTokens.has(tokenId), // throws: 503, never 401
  }),
)
// #endregion
app.get('/me', (req, res) => res.json({ subject: req.auth?.subject }))
app.listen(3000)
