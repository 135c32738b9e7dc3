import { Principal, Public, Scopes } from '@countersign/nest'
import { Controller, Get } from '@nestjs/common'
import { AppService } from './app.service'

@Controller()
export class AppController {
  constructor(private readonly appService: AppService) {}

  @Public()
  @Get()
  getHello(): string {
    return this.appService.getHello()
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
