import { mount } from '@countersign/hono'
import type { Hono } from 'hono'
import type { Issuer } from '@countersign/issuer'
import type { Sessions } from '@countersign/sessions'

type Login = (input: unknown) => Promise<{ readonly subject: string } | undefined>

/** With sessions and an issuer from elsewhere. */
export function addRoutes(app: Hono, sessions: Sessions, issuer: Issuer, login: Login): void {
  // #region mount
  app.route('/auth', mount(sessions.routes({ login }))) // of @countersign/sessions: login, refresh, logout
  app.route('/', mount(issuer.routes())) // of @countersign/issuer: public keys, below /.well-known
  // #endregion
}
