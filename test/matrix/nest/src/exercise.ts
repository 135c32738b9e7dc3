// Starts the application on every platform and transport, asks it as clients would, and checks the answers. Writes a
// line for each check that passed.
import { INestApplication, INestMicroservice } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ClientProxyFactory, TcpClientOptions, Transport } from '@nestjs/microservices'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { IoAdapter } from '@nestjs/platform-socket.io'
import { WsAdapter } from '@nestjs/platform-ws'
import assert from 'node:assert'
import { once } from 'node:events'
import { AddressInfo, createServer } from 'node:net'
import { firstValueFrom } from 'rxjs'
import { io } from 'socket.io-client'
import { WebSocket } from 'ws'
import { AppModule } from './app.module'
import { bearer, env, token } from './provider'
import { checkSessions } from './sessions'

Object.assign(process.env, env)

const platforms = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() }
const sockets = {
  ws: (app: INestApplication) => new WsAdapter(app),
  'Socket.IO': (app: INestApplication) => new IoAdapter(app),
}
type Say = (event: string) => Promise<{ event: string; data: any }>

async function main() {
  for (const [platform, adapter] of Object.entries(platforms)) {
    for (const [transport, socketAdapter] of Object.entries(sockets)) {
      const app = await NestFactory.create<INestApplication>(AppModule, adapter() as ExpressAdapter, {
        logger: false,
      })
      app.useWebSocketAdapter(socketAdapter(app))
      await app.listen(0, '127.0.0.1')
      const { port } = app.getHttpServer().address() as AddressInfo
      if (transport === 'ws') {
        const url = `http://127.0.0.1:${port}`
        await checkHttp(url).then(passed(`${platform}: HTTP`))
        await checkSessions(url).then(passed(`${platform}: sessions`))
      }
      const connect = transport === 'ws' ? connectWs : connectSocketIo
      await checkGateway((headers) => connect(port, headers)).then(passed(`${platform}: ${transport}`))
      await app.close()
    }
  }
  await checkMicroservice().then(passed('TCP'))
}

const passed = (name: string) => () => process.stdout.write(`passed ${name}\n`)

async function checkHttp(url: string) {
  const ask = async (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers })
  assert.equal(await (await ask('/')).text(), 'Hello World!')

  const refused = await ask('/me')
  assert.equal(refused.status, 401)
  assert.equal(refused.headers.get('www-authenticate'), 'Bearer')
  assert.equal(refused.headers.get('cache-control'), 'no-store')
  assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.deepEqual(await refused.json(), {
    title: 'Unauthorized',
    status: 401,
    code: 'credential_missing',
    detail: 'The request has no access token.',
  })
  assert.deepEqual(await (await ask('/me', bearer())).json(), { subject: 'alice' })

  const forbidden = await ask('/orders', bearer())
  assert.equal(forbidden.status, 403)
  assert.match(forbidden.headers.get('www-authenticate') ?? '', /scope="orders:read"/)
  assert.equal((await ask('/orders', bearer({ scope: 'orders:read' }))).status, 200)
  assert.equal((await ask('/nothing', bearer())).status, 404)
}

async function checkGateway(connect: (headers: Record<string, string>) => Promise<[Say, () => unknown]>) {
  const secret = token({ exp: 1 })
  for (const [headers, event, answer, code] of [
    [bearer(), 'me', 'me', undefined],
    [bearer({ scope: 'chat:write' }), 'say', 'said', undefined],
    [{}, 'me', 'exception', 'credential_missing'],
    [bearer(), 'say', 'exception', 'scope_insufficient'],
    [{ authorization: `Bearer ${secret}` }, 'me', 'exception', 'token_expired'],
  ] as const) {
    const [say, close] = await connect(headers)
    // each time, and with one answer a message
    for (let i = 0; i < 2; i++) {
      const got = await say(event)
      assert.equal(got.event, answer)
      assert.equal(got.data?.code, code)
      for (const part of [...secret.split('.'), 'private']) assert.ok(!JSON.stringify(got).includes(part))
    }
    close()
  }
}

async function connectWs(port: number, headers: Record<string, string>): Promise<[Say, () => unknown]> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { headers })
  await once(socket, 'open')
  const answers: { event: string; data: any }[] = []
  socket.on('message', (data: Buffer) => answers.push(JSON.parse(data.toString('utf8'))))
  let asked = 0
  const say: Say = async (event) => {
    const next = once(socket, 'message')
    socket.send(JSON.stringify({ event, data: { text: 'private' } }))
    await next
    assert.equal(answers.length, ++asked)
    return answers[answers.length - 1]!
  }
  return [say, () => socket.terminate()]
}

async function connectSocketIo(port: number, headers: Record<string, string>): Promise<[Say, () => unknown]> {
  const socket = io(`http://127.0.0.1:${port}`, {
    forceNew: true,
    reconnection: false,
    extraHeaders: headers,
  })
  const say: Say = (event) =>
    new Promise((resolve) => {
      socket.offAny()
      socket.onAny((name: string, data: unknown) => resolve({ event: name, data }))
      socket.emit(event, { text: 'private' })
    })
  return [say, () => socket.close()]
}

async function checkMicroservice() {
  const options: TcpClientOptions = {
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port: await freePort() },
  }
  const service: INestMicroservice = await NestFactory.createMicroservice(AppModule, {
    ...options,
    logger: false,
  })
  await service.listen()
  const client = ClientProxyFactory.create(options)
  const ask = (pattern: string, data: object): Promise<unknown> =>
    firstValueFrom(client.send(pattern, data)).catch((error) => error.code)
  assert.equal(await ask('me', bearer()), 'alice')
  assert.equal(await ask('me', {}), 'credential_missing')
  assert.equal(await ask('order', bearer()), 'scope_insufficient')
  assert.equal(await ask('order', bearer({ scope: 'orders:write' })), 'ordered')
  client.close()
  await service.close()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
