import type { IssuerSource, SessionSource } from '@countersign/core/adapter'
import { issuerRoutes, sessionRoutes } from '@countersign/koa'
import type Koa from 'koa'

type Login = (input: unknown) => Promise<{ readonly subject: string } | undefined>

/** With sessions and an issuer from elsewhere. */
export function mount(
  app: Koa,
  sessions: SessionSource<{ readonly login: Login }>,
  issuer: IssuerSource,
  login: Login,
): void {
  // #region mount
  app.use(sessionRoutes(sessions, { prefix: '/auth', login })) // of @countersign/sessions: login, refresh, logout
  app.use(issuerRoutes(issuer)) // of @countersign/issuer: public keys, below /.well-known
  // #endregion
}
