import type { IssuerSource, SessionSource } from '@countersign/core/adapter'
import { IssuerModule, SessionModule } from '@countersign/nest'
import { Module } from '@nestjs/common'

type Login = (input: unknown) => Promise<{ readonly subject: string } | undefined>

/** With sessions and an issuer from elsewhere. */
export function mount(
  sessions: SessionSource<{ readonly login: Login }>,
  issuer: IssuerSource,
  login: Login,
): new () => object {
  // #region mount
  @Module({
    imports: [
      SessionModule.forRoot({ path: 'auth', sessions, login }), // of @countersign/sessions: login, refresh, logout
      IssuerModule.forRoot({ issuer }), // of @countersign/issuer: public keys, below /.well-known
    ],
  })
  class AppModule {}
  // #endregion
  return AppModule
}
