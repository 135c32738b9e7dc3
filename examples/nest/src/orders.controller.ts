import { Principal, Public, Roles, Scopes } from '@countersign/nest'
import type { Orders } from '@countersign/example-orders'
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common'

export const ORDERS = Symbol('orders')

/** Own orders by scope; deleting is for administrators. */
@Controller()
export class OrdersController {
  readonly #orders: Orders

  constructor(@Inject(ORDERS) orders: Orders) {
    this.#orders = orders
  }

  @Public()
  @Get('health')
  health() {
    return { ok: true }
  }

  @Scopes('orders:read')
  @Get('orders')
  list(@Principal() principal: Principal) {
    return this.#orders.of(principal.subject)
  }

  @Scopes('orders:write')
  @Post('orders')
  create(@Principal() principal: Principal, @Body('item') item: string) {
    return this.#orders.create(principal.subject, item)
  }

  @Roles('admin')
  @HttpCode(204)
  @Delete('orders/:id')
  delete(@Param('id') id: string) {
    if (!this.#orders.delete(Number(id))) throw new NotFoundException()
  }
}
