import { mount } from '@countersign/fastify'
import type { FastifyInstance } from 'fastify'
import type { Issuer } from '@countersign/issuer'
import type { Sessions } from '@countersign/sessions'

type Login = (input: unknown) => Promise<{ readonly subject: string } | undefined>

/** With sessions and an issuer from elsewhere. */
export function addRoutes(app: FastifyInstance, sessions: Sessions, issuer: Issuer, login: Login): void {
  // #region mount
  app.register(mount(sessions.routes({ login })), { prefix: '/auth' }) // of @countersign/sessions: login, refresh, …
  app.register(mount(issuer.routes())) // of @countersign/issuer: public keys, below /.well-known
  // #endregion
}
