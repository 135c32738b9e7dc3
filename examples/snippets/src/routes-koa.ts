import { mount } from '@countersign/koa'
import type Koa from 'koa'
import type { Issuer } from '@countersign/issuer'
import type { Sessions } from '@countersign/sessions'

type Login = (input: unknown) => Promise<{ readonly subject: string } | undefined>

/** With sessions and an issuer from elsewhere. */
export function addRoutes(app: Koa, sessions: Sessions, issuer: Issuer, login: Login): void {
  // #region mount
  app.use(mount('/auth', sessions.routes({ login }))) // of @countersign/sessions: login, refresh, logout
  app.use(mount(issuer.routes())) // of @countersign/issuer: public keys, below /.well-known
  // #endregion
}
