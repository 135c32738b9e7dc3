// #region imports
import { jwtAuth } from '@countersign/express'
import { z } from 'zod'
// #endregion
import express from 'express'

const issuer = 'https://idp.example.com'
const audience = 'https://api.example.com'
const app = express()
// #region claims
const auth = jwtAuth({ issuer, audience, claims: z.object({ org: z.string(), seats: z.number() }) })
app.use(auth)
app.get('/org', (req, res) => res.json({ org: auth.of(req).claims.org })) // a string: validated, and typed so
// #endregion
app.listen(3000)
