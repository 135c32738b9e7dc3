import { JwtAuthGuard, JwtAuthModule, optionsFromEnv } from '@countersign/nest'
import { Module } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { AppController } from './app.controller'
import { AppService } from './app.service'
import { ChatGateway } from './chat.gateway'
import { OrdersController } from './orders.controller'

@Module({
  imports: [JwtAuthModule.forRootAsync({ useFactory: () => optionsFromEnv() })],
  controllers: [AppController, OrdersController],
  providers: [AppService, ChatGateway, { provide: APP_GUARD, useClass: JwtAuthGuard }],
})
export class AppModule {}
