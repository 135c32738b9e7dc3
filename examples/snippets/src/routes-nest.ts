import { MountModule } from '@countersign/nest'
import { Module } from '@nestjs/common'
import type { Issuer } from '@countersign/issuer'
import type { Sessions } from '@countersign/sessions'

type Login = (input: unknown) => Promise<{ readonly subject: string } | undefined>

/** With sessions and an issuer from elsewhere. */
export function addRoutes(sessions: Sessions, issuer: Issuer, login: Login): new () => object {
  // #region mount
  @Module({
    imports: [
      MountModule.forRoot({ path: 'auth', handler: sessions.routes({ login }) }), // login, refresh, logout
      MountModule.forRoot({ handler: issuer.routes() }), // public keys, below /.well-known
    ],
  })
  class AppModule {}
  // #endregion
  return AppModule
}
