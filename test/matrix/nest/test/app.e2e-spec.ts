import { AuthException } from '@countersign/nest'
import { HttpException, INestApplication } from '@nestjs/common'
import { WsAdapter } from '@nestjs/platform-ws'
import { Test, TestingModule } from '@nestjs/testing'
import { AddressInfo } from 'node:net'
import request from 'supertest'
import { WebSocket } from 'ws'
import { AppModule } from '../src/app.module'
import { bearer, env } from '../src/provider'

describe('AppController (e2e)', () => {
  let app: INestApplication

  beforeEach(async () => {
    Object.assign(process.env, env)
    const moduleFixture: TestingModule = await Test.createTestingModule({
      imports: [AppModule],
    }).compile()

    app = moduleFixture.createNestApplication()
    app.useWebSocketAdapter(new WsAdapter(app))
    await app.listen(0, '127.0.0.1')
  })

  it('/ (GET)', () => {
    return request(app.getHttpServer()).get('/').expect(200).expect('Hello World!')
  })

  it('/me (GET)', async () => {
    await request(app.getHttpServer()).get('/me').expect(401).expect('WWW-Authenticate', 'Bearer')
    await request(app.getHttpServer()).get('/me').set(bearer()).expect(200, { subject: 'alice' })
  })

  it('/orders (GET)', async () => {
    await request(app.getHttpServer()).get('/orders').set(bearer()).expect(403)
    await request(app.getHttpServer())
      .get('/orders')
      .set(bearer({ scope: 'orders:read' }))
      .expect(200)
  })

  it('answers a WebSocket message that it refuses', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo
    const socket = new WebSocket(`ws://127.0.0.1:${port}`)
    const answer = await new Promise<string>((resolve, reject) => {
      socket.on('error', reject)
      socket.on('open', () => socket.send('{"event":"me"}'))
      socket.on('message', (data: Buffer) => resolve(data.toString('utf8')))
    })
    socket.terminate()
    expect(JSON.parse(answer)).toMatchObject({ event: 'exception', data: { code: 'credential_missing' } })
  })

  it('has the exception class of this very Nest', () => {
    expect(AuthException.prototype).toBeInstanceOf(HttpException)
  })

  afterEach(async () => {
    await app.close()
  })
})
