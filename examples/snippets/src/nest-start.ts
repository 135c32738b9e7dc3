import 'reflect-metadata'
// #region start
import { JwtAuthGuard, JwtAuthModule, Principal, Public, Scopes } from '@countersign/nest'
import { Controller, Get, Module } from '@nestjs/common'
import { APP_GUARD, NestFactory } from '@nestjs/core'

@Controller()
class ApiController {
  @Public()
  @Get('health')
  health() {
    return 'ok'
  }

  @Get('me')
  me(@Principal() principal: Principal) {
    return { subject: principal.subject }
  }

  @Scopes('orders:read')
  @Get('orders')
  orders() {
    return []
  }
}

@Module({
  imports: [
    JwtAuthModule.forRoot({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' }),
  ],
  controllers: [ApiController],
  providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }], // everything is protected, unless @Public()
})
class AppModule {}

const app = await NestFactory.create(AppModule)
await app.listen(3000)
// #endregion
