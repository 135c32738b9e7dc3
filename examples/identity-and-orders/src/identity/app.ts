import { jwtAuth, mount, requireRoles } from '@countersign/express'
import '@countersign/express/global'
import { createIssuer } from '@countersign/issuer'
import { createSessions } from '@countersign/sessions'
import { sqliteStore } from '@countersign/store-sqlite'
import express, { type Express } from 'express'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { createPasswordReset, type SendMail } from './password-reset.ts'
import { isPassword, PASSWORD_LENGTH } from './passwords.ts'
import { createUsers } from './users.ts'

/** What the service is told from outside. */
export interface IdentitySettings {
  /** Where others reach it: `iss` of its tokens. */
  readonly url: string
  /** The services that access tokens are for, besides this one. */
  readonly services: readonly string[]
  /** Users, sessions and signing keys. */
  readonly database: DatabaseSync
  /** Encrypts the signing keys in the database. */
  readonly passphrase: string
  /** At least 32 random bytes, for refresh tokens. */
  readonly secret: string
  readonly sendMail: SendMail
  readonly now: () => number
}

const PasswordResetRequest = z.object({ email: z.string().max(254) })
const NewPassword = z.object({
  token: z.string(),
  password: z.string().min(PASSWORD_LENGTH.min).max(PASSWORD_LENGTH.max),
})
const Roles = z.array(z.enum(['admin']))

/** Users with passwords and roles; signs the tokens that all services take. */
export async function createIdentityService(settings: IdentitySettings) {
  const { url, services, database, passphrase, secret, sendMail, now } = settings
  const users = createUsers(database)
  const store = sqliteStore(database, { now })
  await store.init()
  const issuer = createIssuer({
    issuer: url,
    audience: [url, ...services],
    clientId: 'web',
    store,
    keyEncryption: { passphrase },
    expiresIn: 300, // for so long, other services believe a token whose session is over
    now,
  })
  const sessions = createSessions({
    issuer,
    store,
    secrets: [secret],
    // asked for each access token: a role that was taken away is gone with the next one
    claims: ({ subject }) => ({ roles: users.byId(subject)?.roles ?? [] }),
    now,
  })
  const reset = createPasswordReset({ issuer, store, users, sessions, sendMail, now })

  async function login(credentials: unknown): Promise<{ subject: string } | undefined> {
    const { email, password } = Object(credentials) as { email?: unknown; password?: unknown }
    if (typeof email !== 'string' || typeof password !== 'string') return undefined
    if (password.length > PASSWORD_LENGTH.max) return undefined
    const user = users.byEmail(email)
    const isRight = await isPassword(password, user?.passwordHash)
    return isRight && user !== undefined ? { subject: user.id } : undefined
  }

  const app: Express = express()
  app.use(mount(issuer.routes())) // key set and metadata, for all who verify
  // Login, refresh, logout. In production, `rateLimit` goes in here, and a limit in front of the resets.
  app.use('/session', mount(sessions.routes({ login, transport: 'body' })))

  app.post('/password-reset', express.json({ limit: '4kb' }), (req, res) => {
    const body = PasswordResetRequest.safeParse(req.body)
    if (!body.success) return void res.status(400).json({ code: 'body_invalid' })
    // The answer is the same for every address, and waits for nothing that only a user has.
    res.status(202).json({ sent: 'if there is such a user' })
    reset.request(body.data.email).catch(console.error)
  })
  app.post('/password-reset/confirm', express.json({ limit: '16kb' }), async (req, res) => {
    // Judged before the token, which is good once.
    const body = NewPassword.safeParse(req.body)
    if (!body.success) return void res.status(400).json({ code: 'password_unsuitable' })
    const result = await reset.confirm(body.data.token, body.data.password)
    if (result === 'done') res.sendStatus(204)
    else if (result === 'rejected') res.status(400).json({ code: 'reset_rejected' })
    else res.status(503).set('Retry-After', '5').json({ code: 'reset_unavailable' })
  })

  // Here, an access token is over with its session: this service has the store.
  app.use(jwtAuth(sessions.verification()))
  app.get('/me', (req, res) => {
    const user = users.byId(req.auth!.subject)
    res.json({ id: user?.id, email: user?.email, roles: user?.roles })
  })
  app.put('/users/:id/roles', requireRoles('admin'), express.json(), (req, res) => {
    const roles = Roles.safeParse(req.body)
    if (!roles.success) return void res.status(400).json({ code: 'body_invalid' })
    res.sendStatus(users.setRoles(req.params.id, roles.data) ? 204 : 404)
  })
  return { app, issuer, users }
}
