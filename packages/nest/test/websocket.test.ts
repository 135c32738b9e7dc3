import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { JwtAuthGuard, JwtAuthModule, Principal, Public, rememberUpgrade, Scopes } from '@countersign/nest'
import { UseGuards } from '@nestjs/common'
import { WsAdapter } from '@nestjs/platform-ws'
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
} from '@nestjs/websockets'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { bearer, clock, idp, options } from '../../../test/support/adapters.ts'
import { holdTimers, platforms, serve } from './support/app.ts'

@UseGuards(JwtAuthGuard)
@WebSocketGateway()
class ChatGateway implements OnGatewayConnection {
  handleConnection(client: WebSocket, request: IncomingMessage) {
    rememberUpgrade(client, request)
  }

  @SubscribeMessage('me')
  me(@Principal() principal: Principal, @ConnectedSocket() client: { auth?: Principal }) {
    return { event: 'me', data: { subject: principal.subject, same: client.auth?.subject } }
  }

  @Scopes('chat:write')
  @SubscribeMessage('say')
  say(@MessageBody() text: string) {
    return { event: 'said', data: text }
  }

  @Public()
  @SubscribeMessage('ping')
  ping() {
    return { event: 'pong', data: null }
  }
}

/** One whose clients send their next token ahead of time. */
@UseGuards(JwtAuthGuard)
@WebSocketGateway()
class RenewingGateway extends ChatGateway {
  @Public()
  @SubscribeMessage('renew')
  renew(@MessageBody() token: string, @ConnectedSocket() client: WebSocket) {
    rememberUpgrade(client, { method: 'GET', url: '/', headers: { authorization: `Bearer ${token}` } })
    return { event: 'renewed', data: null }
  }
}

/** One that forgot to call `rememberUpgrade`. */
@UseGuards(JwtAuthGuard)
@WebSocketGateway()
class ForgetfulGateway {
  @SubscribeMessage('me')
  me() {
    return { event: 'me', data: 'let in' }
  }
}

interface Frame {
  readonly event: string
  readonly data: Record<string, unknown> | string | null
}

describe.each(platforms)('Nest on %s: a gateway with ws', (_name, platform) => {
  const start = async (more: object = {}, gateway: new () => unknown = ChatGateway) => {
    const { port } = await serve(
      platform,
      { imports: [JwtAuthModule.forRoot({ ...options, ...more })], providers: [gateway as never] },
      (app) => app.useWebSocketAdapter(new WsAdapter(app)),
    )
    return port
  }

  async function connect(port: number, headers: Record<string, string> = {}) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { headers })
    onTestFinished(() => socket.terminate())
    await once(socket, 'open')
    const texts: string[] = []
    socket.on('message', (data: Buffer) => texts.push(data.toString('utf8')))
    return {
      socket,
      texts,
      /** Sends a message and answers the one that comes back. */
      async say(event: string, data: unknown = null): Promise<Frame> {
        const { length } = texts
        const next = once(socket, 'message')
        socket.send(JSON.stringify({ event, data }))
        if (texts.length === length) await next
        return JSON.parse(texts.at(-1)!) as Frame
      },
    }
  }

  it('takes the credential of the upgrade request', async () => {
    const { say } = await connect(await start(), await bearer())
    expect(await say('me')).toEqual({ event: 'me', data: { subject: 'user-1', same: 'user-1' } })
  })

  it('answers what it refuses, each time and once, with the problem document', async () => {
    const { say, texts } = await connect(await start())
    const problem = {
      event: 'exception',
      data: {
        title: 'Unauthorized',
        status: 401,
        code: 'credential_missing',
        detail: 'The request has no access token.',
      },
    }
    expect(await say('me')).toEqual(problem)
    expect(await say('me')).toEqual(problem)
    expect(await say('ping')).toEqual({ event: 'pong', data: null })
    expect(texts).toHaveLength(3)
  })

  it('asks for scopes', async () => {
    const port = await start()
    const reader = await connect(port, await bearer())
    expect(await reader.say('say', 'hello')).toMatchObject({
      event: 'exception',
      data: { code: 'scope_insufficient' },
    })
    const writer = await connect(port, await bearer({ scope: 'chat:write' }))
    expect(await writer.say('say', 'hello')).toEqual({ event: 'said', data: 'hello' })
  })

  it('[D6] echoes neither the token nor the message', async () => {
    const token = await idp.expired({ claims: { email: 'someone@example.test' } })
    const { say, texts } = await connect(await start(), { authorization: `Bearer ${token}` })
    expect(await say('me', { token, text: 'a private message' })).toMatchObject({
      data: { code: 'token_expired' },
    })
    for (const secret of [...token.split('.'), 'someone@', 'private'])
      expect(texts.join('')).not.toContain(secret)
  })

  it('judges each message: a connection does not outlive its token', async () => {
    const { say } = await connect(await start(), await bearer())
    expect(await say('me')).toMatchObject({ event: 'me' })
    clock.advance(616)
    expect(await say('me')).toMatchObject({ event: 'exception', data: { code: 'token_expired' } })
  })

  it('[D1] takes a cookie from own origins only', async () => {
    const port = await start({ cookie: true, origin: 'https://app.test' })
    const cookie = await idp.cookie()
    const codeFrom = async (headers: Record<string, string>) => {
      const { say } = await connect(port, { cookie, ...headers })
      const { event, data } = await say('me')
      return event === 'exception' ? (data as { code: string }).code : event
    }
    expect(await codeFrom({ origin: 'https://evil.test' })).toBe('cross_site_rejected')
    expect(await codeFrom({})).toBe('cross_site_rejected')
    expect(await codeFrom({ origin: 'https://app.test' })).toBe('me')
  })

  it('is closed, with an answer, where it forgot the upgrade request', async () => {
    const { say } = await connect(await start({}, ForgetfulGateway), await bearer())
    expect(await say('me')).toMatchObject({ event: 'exception', data: { code: 'authenticator_missing' } })
  })

  it('closes the connection at the expiry, with code 3000, though no message comes', async () => {
    const { say, socket } = await connect(await start(), await bearer({ expiresIn: 10 }))
    const pass = holdTimers()
    expect(await say('me')).toMatchObject({ event: 'me' })
    pass(9)
    expect(await say('me')).toMatchObject({ event: 'me' })
    const closed = once(socket, 'close')
    pass(1)
    const [code, reason] = (await closed) as [number, Buffer]
    expect([code, reason.toString('utf8')]).toEqual([3000, 'token expired'])
  })

  it('goes on with a newer token that the upgrade request is given, and ends with that one', async () => {
    const port = await start({}, RenewingGateway)
    const { say, socket } = await connect(port, await bearer({ expiresIn: 10 }))
    const pass = holdTimers()
    expect(await say('me')).toMatchObject({ event: 'me' })
    expect(await say('renew', await idp.token({ expiresIn: 20 }))).toMatchObject({ event: 'renewed' })
    expect(await say('me')).toMatchObject({ event: 'me' })
    pass(19)
    expect(await say('me')).toMatchObject({ event: 'me' })
    const closed = once(socket, 'close')
    pass(1)
    const [code] = (await closed) as [number]
    expect(code).toBe(3000)
  })
})
