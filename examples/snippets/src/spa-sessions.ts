// #region server
import { jwtAuth, mount } from '@countersign/express'
import '@countersign/express/global' // the type of req.auth
import { createSessions } from '@countersign/sessions'
import { sqliteStore } from '@countersign/store-sqlite'
import express from 'express'

const origin = 'https://app.example.com' // where browsers reach this server
const store = sqliteStore(process.env['DATABASE_FILE'] ?? 'app.db')
await store.init() // or once, by `countersign store init`
const secrets = [process.env['SESSION_SECRET'] ?? ''] // 32 random bytes or more
const sessions = createSessions({ issuer: origin, origin, store, secrets })

const app = express()
app.use('/auth', mount(sessions.routes({ login }))) // login, refresh, logout, and the list of devices
app.use(jwtAuth(sessions.verification())) // routes after this line need a session
app.get('/api/profile', (req, res) => res.json({ subject: req.auth?.subject, roles: req.auth?.roles }))
app.listen(3000)

/** Returns the user, or `undefined` if the credentials are wrong. */
async function login(credentials: unknown) {
  const { email, password } = credentials as { email?: unknown; password?: unknown }
  const user = await findUser(email)
  return (await isRight(password, user)) ? { subject: user!.id, roles: user!.roles } : undefined
}
// #endregion

async function findUser(email: unknown): Promise<{ id: string; roles: string[] } | undefined> {
  return email === 'ann@example.com' ? { id: 'user-1', roles: ['member'] } : undefined
}
async function isRight(password: unknown, user: unknown): Promise<boolean> {
  return user !== undefined && password === 'correct horse battery staple'
}
