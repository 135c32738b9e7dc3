import { createAuthenticator, jwtAuth, mount } from '@countersign/express'
import { onceOnly, type OneTimeStore } from '@countersign/stores'
import type { Sessions } from '@countersign/sessions'
import express, { type Express } from 'express'
import { z } from 'zod'
import {
  createNonce,
  hashOf,
  isNonceOf,
  NONCE_COOKIE,
  nonceCookie,
  noNonceCookie,
  readNonce,
} from './nonce.ts'

/** What the server is told from outside. */
export interface ShopSettings {
  readonly origin: string
  /** The server that users sign in at: `iss` of its tokens. Its keys are found from here. */
  readonly account: string
  /** Its own sessions: what the other server says of the user is believed once, at the beginning. */
  readonly sessions: Sessions
  readonly store: OneTimeStore
  readonly now: () => number
  readonly fetch: typeof fetch
}

/** A server of another origin, whose users come signed in. */
export function createShopServer({ origin, account, sessions, store, now, fetch }: ShopSettings): Express {
  const app = express()

  // #region leave
  app.get('/sign-in', (_req, res) => {
    const nonce = createNonce()
    res.cookie(NONCE_COOKIE, nonce, nonceCookie)
    const query = new URLSearchParams({ to: origin, nonce: hashOf(nonce) })
    res.redirect(`${account}/hand-off?${query.toString()}`)
  })
  // #endregion

  // #region verify
  const handOffs = createAuthenticator({
    issuer: account,
    audience: origin,
    typ: 'hand-off+jwt',
    isRevoked: onceOnly(store, 'hand-off'),
    claims: z.object({ nonceHash: z.string(), signedInAt: z.number() }),
    clockTolerance: 5, // seconds, of a token that lives sixty
    now,
    fetch,
  })
  // #endregion

  // #region arrive
  app.post('/hand-off', express.urlencoded({ limit: '16kb' }), async (req, res) => {
    const nonce = readNonce(req.headers.cookie)
    res.set('Cache-Control', 'no-store').cookie(NONCE_COOKIE, '', { ...noNonceCookie, maxAge: 0 }) // good once
    const outcome = await handOffs.authenticateToken(String(Object(req.body)['token']))
    if (outcome.type === 'refused') {
      const { status, headers, body } = outcome.refusal
      return void res.status(status).set(headers).json(body)
    }
    if (outcome.type !== 'authenticated' || !isNonceOf(nonce, outcome.principal.claims.nonceHash)) {
      return void res.status(403).json({ code: 'other_browser' })
    }
    const { subject, claims } = outcome.principal
    const started = await sessions.start({
      subject,
      authTime: claims.signedInAt * 1_000,
      device: req.get('user-agent'),
    })
    for (const cookie of sessions.cookies(started)) res.append('Set-Cookie', cookie)
    res.redirect(303, '/') // what is in the address bar, and what a reload repeats, is a plain page
  })
  // #endregion

  app.use('/auth', mount(sessions.routes({ login: () => undefined }))) // refresh and logout; nobody signs in here
  const auth = jwtAuth({ ...sessions.verification(), now })
  app.use(auth)
  app.get('/', (req, res) => {
    res.json({ subject: auth.of(req).subject })
  })
  return app
}
