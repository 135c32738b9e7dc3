import { memoryStore } from '@countersign/stores'
import { jwtAuth, mount } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth
import { createIssuer } from '@countersign/issuer'
import { createSessions } from '@countersign/sessions'
import express from 'express'

const origin = 'https://app.example.com'
const store = memoryStore()
const secrets = ['k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e']
const passphrase = 'f3Kq9vLx2ZrT7nWb'
const login = (): { subject: string } => ({ subject: 'user-1' })

export const app = express()
export const orders = express()

// #region signs
// instead of a URL: keys that rotate
const issuer = createIssuer({ issuer: origin, audience: origin, store, keyEncryption: { passphrase } })
const sessions = createSessions({ issuer, origin, store, secrets })
app.use(mount(issuer.routes())) // the public keys, below /.well-known
app.use('/auth', mount(sessions.routes({ login })))
// #endregion

// #region verifies
orders.use(jwtAuth({ issuer: origin, audience: origin, cookie: true, origin })) // in the other server
// #endregion
orders.get('/orders', (req, res) => res.json({ of: req.auth?.subject }))
