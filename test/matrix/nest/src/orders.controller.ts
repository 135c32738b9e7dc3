import { Principal, Scopes } from '@countersign/nest'
import { Controller } from '@nestjs/common'
import { MessagePattern } from '@nestjs/microservices'

@Controller()
export class OrdersController {
  @MessagePattern('me')
  me(@Principal() principal: Principal) {
    return principal.subject
  }

  @Scopes('orders:write')
  @MessagePattern('order')
  order() {
    return 'ordered'
  }
}
