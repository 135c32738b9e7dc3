import { JwtAuthGuard, JwtAuthModule, MountModule, optionsFromEnv } from '@countersign/nest'
import { Module } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { AppController } from './app.controller'
import { AppService } from './app.service'
import { ChatGateway } from './chat.gateway'
import { OrdersController } from './orders.controller'
import { issuer, login, sessions } from './sessions'

@Module({
  imports: [
    JwtAuthModule.forRootAsync({ useFactory: () => optionsFromEnv() }),
    MountModule.forRoot({ path: 'auth', handler: sessions.routes({ login }) }),
    MountModule.forRoot({ handler: issuer.routes() }),
  ],
  controllers: [AppController, OrdersController],
  providers: [AppService, ChatGateway, { provide: APP_GUARD, useClass: JwtAuthGuard }],
})
export class AppModule {}
