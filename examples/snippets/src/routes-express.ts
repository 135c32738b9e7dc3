import { mount } from '@countersign/express'
import type { Express } from 'express'
import type { Issuer } from '@countersign/issuer'
import type { Sessions } from '@countersign/sessions'

type Login = (input: unknown) => Promise<{ readonly subject: string } | undefined>

/** With sessions and an issuer from elsewhere. */
export function addRoutes(app: Express, sessions: Sessions, issuer: Issuer, login: Login): void {
  // #region mount
  app.use('/auth', mount(sessions.routes({ login }))) // of @countersign/sessions: login, refresh, logout
  app.use(mount(issuer.routes())) // of @countersign/issuer: public keys, below /.well-known
  // #endregion
}
