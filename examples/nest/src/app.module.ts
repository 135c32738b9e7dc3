import { JwtAuthGuard, JwtAuthModule, type AuthenticatorOptions } from '@countersign/nest'
import { createOrders } from '@countersign/example-orders'
import { Module, type DynamicModule } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import { OrdersController, ORDERS } from './orders.controller.ts'

@Module({})
export class AppModule {
  static with(options: AuthenticatorOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [JwtAuthModule.forRoot(options)],
      controllers: [OrdersController],
      providers: [
        { provide: ORDERS, useFactory: createOrders },
        // everything is protected unless it is @Public()
        { provide: APP_GUARD, useClass: JwtAuthGuard },
      ],
    }
  }
}
