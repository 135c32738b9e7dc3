import { jwtAuth, mount } from '@countersign/express'
import '@countersign/express/global'
import type { Issuer } from '@countersign/issuer'
import type { Sessions } from '@countersign/sessions'
import express, { type Express } from 'express'
import { handOffPage, pageHeaders } from './page.ts'

/** What the server is told from outside. */
export interface AccountSettings {
  readonly issuer: Issuer
  readonly sessions: Sessions
  /** Where the users of other servers are sent to, by the origin of the server. */
  readonly partners: ReadonlyMap<string, string>
  readonly login: (credentials: unknown) => Promise<{ subject: string } | undefined>
  readonly now: () => number
}

/** The server that users sign in at. It sends them to its partners, signed in. */
export function createAccountServer({ issuer, sessions, partners, login, now }: AccountSettings): Express {
  const app = express()
  app.use(mount(issuer.routes())) // the partners find the keys here
  app.use('/auth', mount(sessions.routes({ login })))
  app.get('/sign-in', (_req, res) => {
    // Your page: renews the session with @countersign/client, or asks for the password, and goes on to `next`.
    res.send('<!doctype html><title>Sign in</title>')
  })

  // #region send
  const auth = jwtAuth({ ...sessions.verification(), optional: true, now })
  app.get('/hand-off', auth, async (req, res) => {
    const { to, nonce } = req.query
    const target = typeof to === 'string' ? partners.get(to) : undefined // a list: no server gets users by asking
    if (target === undefined || typeof nonce !== 'string' || !/^[\w-]{43}$/.test(nonce)) {
      return void res.status(400).json({ code: 'hand_off_invalid' })
    }
    if (req.auth === undefined) {
      res.redirect(`/sign-in?next=${encodeURIComponent(req.originalUrl)}`)
      return
    }
    const { subject, claims } = req.auth
    const { token } = await issuer.handOffToken({
      subject,
      audience: to as string,
      claims: { nonceHash: nonce, signedInAt: claims['auth_time'] as number },
    })
    res.set(pageHeaders(to as string)).send(handOffPage(target, token))
  })
  // #endregion
  return app
}
