import { IssuerModule, JwtAuthGuard, JwtAuthModule, optionsFromEnv, SessionModule } from '@countersign/nest'
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
    SessionModule.forRoot({ path: 'auth', sessions, login }),
    IssuerModule.forRoot({ issuer }),
  ],
  controllers: [AppController, OrdersController],
  providers: [AppService, ChatGateway, { provide: APP_GUARD, useClass: JwtAuthGuard }],
})
export class AppModule {}
