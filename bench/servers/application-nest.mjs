// Shared by all Nest servers. Decorators are called by hand, so these files need no compiler.
import 'reflect-metadata'
import { Controller, Get, Module, Req, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { answer } from './application.mjs'

/**
 * A Nest application on Express with one route.
 * @param options.guard class of the guard, if any
 * @param options.imports modules
 * @param options.subjectOf reads who asks
 */
export async function nestServer({ guard, imports = [], providers = [], subjectOf }) {
  class OrdersController {
    list(req) {
      return answer(subjectOf(req))
    }
  }
  const method = Object.getOwnPropertyDescriptor(OrdersController.prototype, 'list')
  Get()(OrdersController.prototype, 'list', method)
  Req()(OrdersController.prototype, 'list', 0)
  if (guard !== undefined) UseGuards(guard)(OrdersController.prototype, 'list', method)
  Controller('orders')(OrdersController)
  class AppModule {}
  Module({ imports, providers, controllers: [OrdersController] })(AppModule)
  const app = await NestFactory.create(AppModule, { logger: false })
  app.getHttpAdapter().getInstance().disable('etag')
  await app.init()
  return app.getHttpServer()
}
