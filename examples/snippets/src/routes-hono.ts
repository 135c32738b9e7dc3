import type { IssuerSource, SessionSource } from '@countersign/core/adapter'
import { issuerRoutes, sessionRoutes } from '@countersign/hono'
import type { Hono } from 'hono'

type Login = (input: unknown) => Promise<{ readonly subject: string } | undefined>

/** With sessions and an issuer from elsewhere. */
export function mount(
  app: Hono,
  sessions: SessionSource<{ readonly login: Login }>,
  issuer: IssuerSource,
  login: Login,
): void {
  // #region mount
  app.route('/auth', sessionRoutes(sessions, { login })) // of @countersign/sessions: login, refresh, logout
  app.route('/', issuerRoutes(issuer)) // of @countersign/issuer: public keys, below /.well-known
  // #endregion
}
