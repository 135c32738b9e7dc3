import { jwtAuth, mount, requireRoles } from '@countersign/express'
import { createSessions } from '@countersign/sessions'
import { sqliteStore } from '@countersign/store-sqlite'
import express from 'express'
import { createDocuments } from './documents.ts'
import { createLoginLimit } from './login-limit.ts'
import { pages } from './pages.ts'
import type { Server, Settings } from './settings.ts'
import { createUserRows } from './user-rows.ts'
import { createUsers } from './users.ts'

/** The application's server in Express. */
export async function createServer({ database, secret, files, ...options }: Settings): Promise<Server> {
  const users = await createUsers()
  const { login, shown, claims } = users
  const app = express()
  app.use(pages(files)) // public

  // All that sessions need: a store, the sessions in it, and their routes.
  const store = sqliteStore(database)
  const sessions = createSessions({ ...options, store, secrets: [secret], claims })
  app.use('/auth', mount(sessions.routes({ login, user: shown, rateLimit: createLoginLimit() })))

  const auth = jwtAuth(sessions.verification())
  app.use('/api', auth) // everything below is private

  const documents = createDocuments()
  app.get('/api/profile', (req, res) => {
    res.json(users.profile(auth.of(req)))
  })
  app.post('/api/documents', (req, res) => {
    res.status(201).json(documents.countersign(auth.of(req).subject))
  })

  const userRows = createUserRows(users, sessions)
  app.use('/api/admin', requireRoles('admin'))
  app.get('/api/admin/users', async (_req, res) => {
    res.json(await userRows())
  })
  // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 takes rejections, for a 500
  app.post('/api/admin/users/:id/sign-out', async (req, res) => {
    await sessions.endAll({ subject: req.params.id })
    res.sendStatus(204)
  })

  await store.init()
  return { listener: app, close: async () => store.close() }
}
