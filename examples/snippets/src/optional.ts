import { authorize, jwtAuth, requireScopes, scope } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth
import express from 'express'

const app = express()
// #region optional
app.use(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com', optional: true }))
app.get('/articles', (req, res) => res.json({ for: req.auth?.subject ?? 'anybody' }))
app.get('/drafts', requireScopes('drafts:read'), (_req, res) => res.json([])) // 401 without a token
// #endregion
app.get('/drafts/:id', authorize(scope('drafts:read')), (_req, res) => res.json({}))
app.listen(3000)
