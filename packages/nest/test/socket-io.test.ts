import { JwtAuthGuard, JwtAuthModule, Principal, Scopes } from '@countersign/nest'
import { UseGuards } from '@nestjs/common'
import { IoAdapter } from '@nestjs/platform-socket.io'
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import { io } from 'socket.io-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bearer, clock, idp, options } from '../../../test/support/adapters.ts'
import { holdTimers, platforms, serve } from './support/app.ts'

@UseGuards(JwtAuthGuard)
@WebSocketGateway()
class ChatGateway {
  @SubscribeMessage('me')
  me(@Principal() principal: Principal) {
    return { event: 'me', data: principal.subject }
  }

  @Scopes('chat:write')
  @SubscribeMessage('say')
  say(@MessageBody() text: string) {
    return { event: 'said', data: text }
  }
}

interface Client {
  readonly auth?: Record<string, unknown>
  readonly headers?: Record<string, string>
}

const good = await idp.token()

describe.each(platforms)('Nest on %s: a gateway with Socket.IO', (_name, platform) => {
  const start = async (more: object = {}) => {
    const { port } = await serve(
      platform,
      { imports: [JwtAuthModule.forRoot({ ...options, ...more })], providers: [ChatGateway] },
      (app) => app.useWebSocketAdapter(new IoAdapter(app)),
    )
    return port
  }

  describe.each([['websocket'], ['polling']])('over %s', (transport) => {
    /** Connects, and answers how to send a message and get the event that comes back. */
    function connect(port: number, { auth = {}, headers = {} }: Client = {}) {
      const socket = io(`http://127.0.0.1:${port}`, {
        transports: [transport],
        forceNew: true,
        reconnection: false,
        auth,
        extraHeaders: headers,
      })
      onTestFinished(() => void socket.close())
      const say = (event: string, data: unknown = null) =>
        new Promise<[event: string, data: unknown]>((resolve, reject) => {
          socket.offAny().onAny((name: string, payload: unknown) => resolve([name, payload]))
          socket.once('connect_error', reject)
          socket.emit(event, data)
        })
      return Object.assign(say, { socket })
    }

    it('takes the header of the handshake', async () => {
      const say = connect(await start(), { headers: await bearer() })
      expect(await say('me')).toEqual(['me', 'user-1'])
    })

    it('takes auth.token, since browsers can set no header', async () => {
      const say = connect(await start(), { auth: { token: await idp.token() } })
      expect(await say('me')).toEqual(['me', 'user-1'])
    })

    it('[D2] lets a header beat auth.token', async () => {
      const port = await start()
      const bad = connect(port, {
        headers: { authorization: 'Bearer x.y.z' },
        auth: { token: await idp.token() },
      })
      expect(await bad('me')).toMatchObject(['exception', { code: 'token_malformed' }])
    })

    it.each([[undefined], [{ toString: () => good }], [['a']], [null], [7]])(
      '[E7] answers an auth.token that is no text as no credential: %j',
      async (token) => {
        const say = connect(await start(), { auth: { token } })
        expect(await say('me')).toMatchObject(['exception', { code: 'credential_missing' }])
      },
    )

    it.each(['', ' '])('[V-38] takes an empty auth.token or header for no credential: %j', async (empty) => {
      const port = await start()
      const missing = ['exception', { code: 'credential_missing' }]
      expect(await connect(port, { auth: { token: empty } })('me')).toMatchObject(missing)
      const auth = { token: await idp.token() }
      expect(await connect(port, { headers: { authorization: empty }, auth })('me')).toEqual(['me', 'user-1'])
      const headers = await bearer()
      expect(await connect(port, { headers, auth: { token: empty } })('me')).toEqual(['me', 'user-1'])
    })

    it('answers what it refuses with the problem document, each time', async () => {
      const say = connect(await start())
      const problem = {
        title: 'Unauthorized',
        status: 401,
        code: 'credential_missing',
        detail: 'The request has no access token.',
      }
      expect(await say('me')).toEqual(['exception', problem])
      expect(await say('me')).toEqual(['exception', problem])
    })

    it('asks for scopes', async () => {
      const port = await start()
      expect(await connect(port, { headers: await bearer() })('say', 'hi')).toMatchObject([
        'exception',
        { code: 'scope_insufficient' },
      ])
      expect(await connect(port, { headers: await bearer({ scope: 'chat:write' }) })('say', 'hi')).toEqual([
        'said',
        'hi',
      ])
    })

    it('[D6] echoes neither the token nor the message', async () => {
      const token = await idp.expired({ claims: { email: 'someone@example.test' } })
      const say = connect(await start(), { auth: { token } })
      const answer = await say('me', { token, text: 'a private message' })
      expect(answer).toMatchObject(['exception', { code: 'token_expired' }])
      for (const secret of [...token.split('.'), 'someone@', 'private'])
        expect(JSON.stringify(answer)).not.toContain(secret)
    })

    it('judges each message: a connection does not outlive its token', async () => {
      const say = connect(await start(), { headers: await bearer() })
      expect(await say('me')).toEqual(['me', 'user-1'])
      clock.advance(616)
      expect(await say('me')).toMatchObject(['exception', { code: 'token_expired' }])
    })

    it('disconnects at the expiry, though no message comes', async () => {
      const pass = holdTimers()
      const say = connect(await start(), { headers: await bearer({ expiresIn: 10 }) })
      const disconnected = new Promise<string>((resolve) => {
        say.socket.on('disconnect', resolve)
      })
      expect(await say('me')).toEqual(['me', 'user-1'])
      pass(9)
      expect(await say('me')).toEqual(['me', 'user-1'])
      pass(1)
      expect(await disconnected).toBe('io server disconnect')
    })

    it('[D1] takes a cookie from own origins only', async () => {
      const port = await start({ cookie: true, origin: 'https://app.test' })
      const cookie = await idp.cookie()
      const from = (origin?: string) => connect(port, { headers: { cookie, ...(origin && { origin }) } })
      expect(await from('https://evil.test')('me')).toMatchObject([
        'exception',
        { code: 'cross_site_rejected' },
      ])
      expect(await from()('me')).toMatchObject(['exception', { code: 'cross_site_rejected' }])
      expect(await from('https://app.test')('me')).toEqual(['me', 'user-1'])
    })
  })
})
