// #region imports
import {
  allOf,
  anyOf,
  authorize,
  check,
  claim,
  jwtAuth,
  maxAuthAge,
  requireRoles,
  requireScopes,
  role,
  scope,
} from '@countersign/express'
// #endregion
import express, { type RequestHandler } from 'express'

const listOrders: RequestHandler = (_req, res) => void res.json({ ok: true })
const createOrder = listOrders
const deleteOrder = listOrders
const showDashboard = listOrders
const pay = listOrders
const quotas = { hasLeft: (subject: string) => Promise.resolve(subject !== 'user-without-quota') }

const app = express()
app.use(jwtAuth({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }))
// #region guards
app.get('/orders', requireScopes('orders:read'), listOrders)
app.get('/dashboard', requireRoles('staff', 'manager'), showDashboard) // both roles
app.delete('/orders/:id', authorize(anyOf(role('admin'), scope('orders:delete'))), deleteOrder)
app.post('/orders', authorize(allOf(scope('orders:write'), claim('email_verified', true))), createOrder)
// #endregion
// #region step-up
app.post('/payments', authorize(allOf(scope('payments:write'), maxAuthAge(300))), pay)
// #endregion
// #region check
const hasQuota = check('has quota', async (principal) => quotas.hasLeft(principal.subject))
app.post('/reports', authorize(allOf(scope('reports:write'), hasQuota)), createOrder)
// #endregion
app.listen(3000)
