import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
// #region after
import { JwtAuthGuard, JwtAuthModule, Principal, Public, Scopes } from '@countersign/nest'
import { APP_GUARD } from '@nestjs/core'

@Controller('orders')
class OrdersController {
  @Scopes('orders:read')
  @Get()
  list(@Principal() principal: Principal) {
    return { of: principal.subject } // was: req.user, whatever validate() made of it
  }

  @Public() // was: a decorator of your own, read in canActivate()
  @Get('prices')
  prices() {
    return []
  }
}

// no strategy, no PassportModule, no AuthGuard('jwt')
@Module({
  imports: [
    JwtAuthModule.forRoot({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }),
  ],
  controllers: [OrdersController],
  providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }],
})
class AppModule {}
// #endregion
const app = await NestFactory.create(AppModule, { logger: false })
await app.listen(3000)
