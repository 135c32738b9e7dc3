import type { IssuerSource, SessionSource } from '@countersign/core/adapter'
import { issuerRoutes, sessionRoutes } from '@countersign/express'
import type { Express } from 'express'

type Login = (input: unknown) => Promise<{ readonly subject: string } | undefined>

/** With sessions and an issuer from elsewhere. */
export function mount(
  app: Express,
  sessions: SessionSource<{ readonly login: Login }>,
  issuer: IssuerSource,
  login: Login,
): void {
  // #region mount
  app.use('/auth', sessionRoutes(sessions, { login })) // of @countersign/sessions: login, refresh, logout
  app.use(issuerRoutes(issuer)) // of @countersign/issuer: public keys, below /.well-known
  // #endregion
}
