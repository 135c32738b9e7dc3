import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import {
  authenticateUpgrade,
  createAuthenticator,
  scope,
  type Authenticator,
  type Outcome,
  type Requirement,
} from '@countersign/core'
import { createSigner } from '@countersign/forge'
import { describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { base, trusting, verdict } from '../support/authenticate.ts'
import { connectTo, handshake, serveUpgrades, textOf } from '../support/sockets.ts'

const signer = createSigner({ alg: 'ES256', kid: 'k1' })
const inCookieMode = trusting(signer, { cookie: true, origin: 'https://app.test' })

interface Upgrade {
  readonly outcome: Outcome
  readonly socket: Duplex
}

/** A server with `ws` that greets whom it lets in by name. */
async function start(authenticator: Authenticator = trusting(signer), requirement?: Requirement) {
  const sockets = new WebSocketServer({ noServer: true })
  const upgrades: Upgrade[] = []
  const { port, server } = await serveUpgrades(async (request, socket, head) => {
    const outcome = await authenticateUpgrade(authenticator, request, socket, requirement)
    upgrades.push({ outcome, socket })
    server.emit('checked')
    if (outcome.type === 'refused') return
    sockets.handleUpgrade(request, socket, head, (client) =>
      client.send(outcome.type === 'authenticated' ? outcome.principal.subject : 'anybody'),
    )
  })
  return { port, server, upgrades }
}

/** What a WebSocket client gets: a greeting, or the answer in place of an upgrade. */
async function greeting(port: number, headers: Record<string, string>, path = '/'): Promise<string> {
  const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
  try {
    return await new Promise((resolve, reject) => {
      client.on('message', (data: Buffer) => resolve(data.toString('utf8')))
      client.on('unexpected-response', (_request, response) => {
        response.setEncoding('utf8').on('data', (text: string) => {
          const { code } = JSON.parse(text) as { code: string }
          resolve(`${response.statusCode} ${code}`)
        })
      })
      client.on('error', reject)
    })
  } finally {
    client.removeAllListeners('error').on('error', () => undefined)
    client.terminate()
  }
}

const authorization = (claims = {}) => ({ authorization: `Bearer ${signer.token(claims)}` })

describe('the upgrade of a WebSocket', () => {
  it('lets a good token in', async () => {
    const { port } = await start()
    expect(await greeting(port, authorization())).toBe('user-1')
  })

  it('[V-11] refuses over the wire as any other request: status, challenge, problem document', async () => {
    const { port } = await start()
    const client = await connectTo(port)
    client.write(handshake(['Authorization: Bearer x.y.z']))
    expect((await textOf(client)).split('\r\n')).toEqual([
      'HTTP/1.1 401 Unauthorized',
      'Content-Type: application/problem+json',
      'Cache-Control: no-store',
      'WWW-Authenticate: Bearer error="invalid_token", error_description="The access token is malformed."',
      'Content-Length: 104',
      'Connection: close',
      '',
      '{"title":"Unauthorized","status":401,"code":"token_malformed","detail":"The access token is malformed."}',
    ])
  })

  it('takes hold of no socket that it refused, even where the client keeps its side open', async () => {
    const { port, upgrades, server } = await start()
    const client = await connectTo(port)
    const checked = once(server, 'checked')
    client.write(handshake([]))
    await Promise.all([checked, textOf(client)])
    const { socket } = upgrades[0]!
    if (!socket.closed) await once(socket, 'close')
    expect(socket.destroyed).toBe(true)
  })

  it.each([
    ['without a credential', {}, '401 credential_missing'],
    ['with an expired token', authorization({ exp: 1 }), '401 token_expired'],
    ['with another scheme', { authorization: 'Basic dTpw' }, '401 credential_missing'],
    ['with two tokens', { authorization: 'Bearer a, Bearer b' }, '400 credential_malformed'],
  ])('%s is refused', async (_what, headers, expected) => {
    const { port } = await start()
    expect(await greeting(port, headers)).toBe(expected)
  })

  it('[V-10] with two Authorization lines is refused', async () => {
    const { port } = await start()
    const client = await connectTo(port)
    const line = `Authorization: Bearer ${signer.token()}`
    client.write(handshake([line, line]))
    expect(await textOf(client)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*"credential_ambiguous"/s)
  })

  it('is checked by what it requires', async () => {
    const { port } = await start(trusting(signer), scope('chat'))
    expect(await greeting(port, authorization({ scope: 'chat' }))).toBe('user-1')
    expect(await greeting(port, authorization())).toBe('403 scope_insufficient')
  })

  it('asks an anonymous client for a credential only where something is required', async () => {
    const optional = trusting(signer, { optional: true })
    expect(await greeting((await start(optional)).port, {})).toBe('anybody')
    expect(await greeting((await start(optional, scope('chat'))).port, {})).toBe('401 credential_missing')
  })

  it('takes a token from the query where the policy says so, since browsers can set no header', async () => {
    const { port } = await start(trusting(signer, { dangerouslyReadQuery: 'token' }))
    expect(await greeting(port, {}, `/chat?token=${signer.token()}`)).toBe('user-1')
  })

  describe('[D1] with a cookie', () => {
    const cookie = `__Host-access=${signer.token()}`
    it.each([
      ['own', { origin: 'https://app.test' }, 'user-1'],
      ['own, and Sec-Fetch-Site', { origin: 'https://app.test', 'sec-fetch-site': 'same-origin' }, 'user-1'],
      ['foreign', { origin: 'https://evil.test' }, '403 cross_site_rejected'],
      ['of a sister site', { origin: 'https://app.test.evil.test' }, '403 cross_site_rejected'],
      ['null', { origin: 'null' }, '403 cross_site_rejected'],
      ['absent', {}, '403 cross_site_rejected'],
      [
        'foreign, with the host of the API',
        { origin: 'http://127.0.0.1', host: '127.0.0.1' },
        '403 cross_site_rejected',
      ],
    ] as const)('its Origin is %s', async (_what, headers, expected) => {
      const { port } = await start(inCookieMode)
      expect(await greeting(port, { cookie, ...headers })).toBe(expected)
    })

    it('a token in the header needs no Origin', async () => {
      const { port } = await start(inCookieMode)
      expect(await greeting(port, { ...authorization(), origin: 'https://elsewhere.test' })).toBe('user-1')
    })
  })

  it('[D8] that cannot be checked now is refused with 503', async () => {
    const { port } = await start(
      trusting(signer, { isRevoked: () => Promise.reject(new Error('redis://user:secret@host')) }),
    )
    const client = await connectTo(port)
    client.write(handshake([`Authorization: Bearer ${signer.token()}`]))
    const text = await textOf(client)
    expect(text).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/)
    expect(text).toContain('Retry-After: 5\r\n')
    expect(text).not.toContain('redis')
  })

  it('[D6] echoes nothing of what it refuses', async () => {
    const { port } = await start()
    const client = await connectTo(port)
    const token = signer.token({ email: 'someone@example.test', exp: 1 }, { kid: 'name-of-a-key' })
    client.write(handshake([`Authorization: Bearer ${token}`, 'X-Other: marker'], '/path?marker'))
    const text = await textOf(client)
    for (const secret of [...token.split('.'), 'someone@', 'name-of-a-key', 'marker', '/path'])
      expect(text).not.toContain(secret)
  })

  it.each([
    ['garbage in the header', `Authorization: Bearer ${'%'.repeat(500)}`],
    ['an empty header', 'Authorization:'],
    ['a token of 12 kB', `Authorization: Bearer ${'A'.repeat(12_000)}.e30.AAAA`],
  ])('of %s is refused, and the server goes on', async (_what, line) => {
    const { port } = await start()
    const client = await connectTo(port)
    client.write(handshake([line]))
    expect(await textOf(client)).toMatch(/^HTTP\/1\.1 40[01] /)
    expect(await greeting(port, authorization())).toBe('user-1')
  })
})

describe('a client that goes away while its upgrade is checked', () => {
  /** A policy that answers when the test says so. */
  function slow() {
    let asked = (): void => undefined
    let answer = (_revoked: boolean): void => undefined
    const begun = new Promise<void>((resolve) => {
      asked = resolve
    })
    const isRevoked = () =>
      new Promise<boolean>((resolve) => {
        answer = resolve
        asked()
      })
    const authenticator = createAuthenticator({ ...base, jwks: { keys: [signer.jwk] }, isRevoked })
    return { authenticator, begun, answer: (revoked: boolean) => answer(revoked) }
  }

  it.each([
    ['let in', false, 'authenticated'],
    ['refused', true, '401 token_revoked'],
  ])('takes no server along when it would be %s', async (_what, revoked, expected) => {
    const { authenticator, begun, answer } = slow()
    const { port, server, upgrades } = await start(authenticator)
    const connected = once(server, 'connection') as Promise<[Duplex]>
    const client = await connectTo(port)
    const [socket] = await connected
    const checked = once(server, 'checked')
    client.write(handshake([`Authorization: Bearer ${signer.token()}`]))
    await begun
    const failed = new Promise((resolve) => {
      socket.once('error', resolve)
    })
    // as a reset that arrives now: without a listener it would end the process
    socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
    await failed
    answer(revoked)
    await checked
    expect(upgrades.map(({ outcome }) => verdict(outcome))).toEqual([expected])
    expect(socket.destroyed).toBe(true)
  })
})
