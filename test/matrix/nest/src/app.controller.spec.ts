import { JwtAuthModule } from '@countersign/nest'
import { Test, TestingModule } from '@nestjs/testing'
import { AppController } from './app.controller'
import { AppService } from './app.service'
import { env } from './provider'

describe('AppController', () => {
  let appController: AppController

  beforeEach(async () => {
    Object.assign(process.env, env)
    const app: TestingModule = await Test.createTestingModule({
      imports: [JwtAuthModule.forRoot()],
      controllers: [AppController],
      providers: [AppService],
    }).compile()

    appController = app.get<AppController>(AppController)
  })

  describe('root', () => {
    it('should return "Hello World!"', () => {
      expect(appController.getHello()).toBe('Hello World!')
    })
  })
})
