import type { IssuerSource, SessionSource } from '@countersign/core/adapter'
import { issuerRoutes, sessionRoutes } from '@countersign/fastify'
import type { FastifyInstance } from 'fastify'

type Login = (input: unknown) => Promise<{ readonly subject: string } | undefined>

/** With sessions and an issuer from elsewhere. */
export function mount(
  app: FastifyInstance,
  sessions: SessionSource<{ readonly login: Login }>,
  issuer: IssuerSource,
  login: Login,
): void {
  // #region mount
  app.register(sessionRoutes(sessions, { login }), { prefix: '/auth' }) // of @countersign/sessions: login, refresh, …
  app.register(issuerRoutes(issuer)) // of @countersign/issuer: public keys, below /.well-known
  // #endregion
}
