import { createAuthenticator } from '@countersign/core'
import { createSigner, startKeyServer, type KeyServer } from '@countersign/forge'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeKeyServer, settled } from '../support/fake-key-server.ts'
import { base, bearer, resultOf, refusalOf } from '../support/authenticate.ts'
import { listenTo } from '../support/listen.ts'
import { optionError } from '../support/options.ts'

const signer = createSigner({ alg: 'ES256', kid: 'k1' })
const keySet = JSON.stringify({ keys: [signer.jwk] })
const jwksUri = 'https://idp.test/jwks'

/** What a failing fetch is reported as; the verdict must be 503. */
async function causeOf(answer: () => Response | Promise<Response>, keyServer = {}): Promise<string> {
  const server = fakeKeyServer()
  server.answer(answer)
  const authenticator = createAuthenticator({ ...base, jwksUri, keyServer, fetch: server.fetch })
  const events = listenTo('countersign:keys:failed')
  expect(await resultOf(authenticator, signer.token())).toBe('503 keys_unavailable')
  const [event, ...more] = events.stop()
  expect(more).toEqual([])
  return (event!.cause as Error).message
}

const json = (text: string | Uint8Array<ArrayBuffer>, status = 200): Response =>
  new Response(text, { status })

describe('an answer of a key server', () => {
  it.each([201, 203, 206, 301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 502, 503])(
    '[V-14] with status %i is a failure, even with keys in it',
    async (status) => {
      expect(await causeOf(() => json(keySet, status))).toBe(`${jwksUri}: returned status ${status}`)
    },
  )

  it.each([
    ['no JSON', '<html>keys</html>', 'returned something that is not JSON'],
    ['nothing', '', 'returned something that is not JSON'],
    ['half of it', keySet.slice(0, -3), 'returned something that is not JSON'],
    ['a list', `[${keySet}]`, 'returned no JSON object'],
    ['a text', '"keys"', 'returned no JSON object'],
    ['null', 'null', 'returned no JSON object'],
    ['a number', '42', 'returned no JSON object'],
    ['an object without keys', '{"error":"nope"}', 'returned no JWK set'],
    ['one key', JSON.stringify(signer.jwk), 'returned no JWK set'],
    ['keys that are no list', '{"keys":{"0":{}}}', 'returned no JWK set'],
    ['keys by kid', JSON.stringify({ keys: { k1: signer.jwk } }), 'returned no JWK set'],
    [
      '1001 keys',
      JSON.stringify({ keys: Array.from({ length: 1_001 }, () => ({})) }),
      'returned more than 1000 keys',
    ],
  ])('[V-14] that is %s is a failure', async (_what, text, reason) => {
    expect(await causeOf(() => json(text))).toBe(`${jwksUri}: ${reason}`)
  })

  it('[V-14] with no body, or with invalid UTF-8, is a failure', async () => {
    expect(await causeOf(() => new Response(null))).toBe(`${jwksUri}: returned something that is not JSON`)
    const invalid = Buffer.concat([Buffer.from('{"keys":[],"a":"'), Buffer.from([0xff]), Buffer.from('"}')])
    expect(await causeOf(() => json(new Uint8Array(invalid)))).toBe(
      `${jwksUri}: returned something that is not UTF-8`,
    )
  })

  it('[V-14] of 256 KiB is read, and of one byte more is not', async () => {
    const padded = (bytes: number) => keySet.replace('{', `{${' '.repeat(bytes - keySet.length)}`)
    const server = fakeKeyServer()
    server.answer(() => json(padded(262_144)))
    const authenticator = createAuthenticator({ ...base, jwksUri, fetch: server.fetch })
    expect(await resultOf(authenticator, signer.token())).toBe('authenticated')
    expect(await causeOf(() => json(padded(262_145)))).toBe(`${jwksUri}: returned more than 262144 bytes`)
    expect(await causeOf(() => json(padded(5_000)), { maxBytes: 4_999 })).toMatch(/more than 4999 bytes/)
  })

  it('[V-14] without end is given up at the cap, and the connection with it', async () => {
    let sent = 0
    let cancelled = false
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536).fill(0x20))
      },
      cancel() {
        cancelled = true
      },
    })
    expect(await causeOf(() => new Response(endless))).toMatch(/more than 262144 bytes/)
    expect(cancelled).toBe(true)
    expect(sent).toBeLessThan(10 * 65_536)
  })

  it('may be cut into pieces anywhere, also within a character', async () => {
    const bytes = Buffer.from(JSON.stringify({ keys: [{ ...signer.jwk, kid: 'ключ' }] }))
    const server = fakeKeyServer()
    server.answer(
      () =>
        new Response(
          new ReadableStream({
            start(controller) {
              for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
              controller.close()
            },
          }),
        ),
    )
    const authenticator = createAuthenticator({ ...base, jwksUri, fetch: server.fetch })
    expect(await resultOf(authenticator, signer.token({}, { kid: 'ключ' }))).toBe('authenticated')
  })

  it('that fails never reaches the client: neither address nor cause', async () => {
    const server = fakeKeyServer()
    server.answer(() => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:443')))
    const authenticator = createAuthenticator({ ...base, jwksUri, fetch: server.fetch })
    const refusal = JSON.stringify(await refusalOf(authenticator, bearer(signer.token())))
    expect(refusal).not.toMatch(/10\.0\.0\.7|idp\.test/)
  })
})

describe('a request to a key server', () => {
  it('[E5][V-14] follows no redirect, and asks for JSON, within a time', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    const server = fakeKeyServer(signer.jwk)
    const authenticator = createAuthenticator({ ...base, jwksUri, fetch: server.fetch })
    expect(await resultOf(authenticator, signer.token())).toBe('authenticated')
    expect(server.inits).toMatchObject([
      { redirect: 'manual', headers: { Accept: 'application/json, application/jwk-set+json' } },
    ])
    expect(timeout.mock.calls).toEqual([[5_000]])
    expect(server.inits[0]!.signal).toBe(timeout.mock.results[0]!.value)
    timeout.mockRestore()
  })

  it.each([2.01, 0.3, 1.0005, 0.0015, 7, 300])('[V-14] may take %f seconds', async (seconds) => {
    const server = fakeKeyServer(signer.jwk)
    const keyServer = { timeout: seconds }
    const authenticator = createAuthenticator({ ...base, jwksUri, keyServer, fetch: server.fetch })
    expect(await resultOf(authenticator, signer.token())).toBe('authenticated')
  })

  it('may not take longer than timers can count', () => {
    expect(optionError({ jwksUri, keyServer: { timeout: 2_147_484 } }).message).toMatch(
      /"keyServer.timeout" must be a number/,
    )
    expect.assertions(2)
  })

  it('[E5][D8] that nobody answers ends with its time: 503', async () => {
    const hanging = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(hanging.signal)
    const server = fakeKeyServer()
    server.answer(
      (_url, { signal }) =>
        new Promise((_resolve, reject) => {
          signal!.addEventListener('abort', () => reject(signal!.reason as Error))
        }),
    )
    const authenticator = createAuthenticator({ ...base, jwksUri, fetch: server.fetch })
    const events = listenTo('countersign:keys:failed')
    const waiting = resultOf(authenticator, signer.token())
    await settled()
    hanging.abort(new DOMException('too late', 'TimeoutError'))
    expect(await waiting).toBe('503 keys_unavailable')
    expect(events.stop()).toMatchObject([{ cause: { message: `${jwksUri}: no response within 5000 ms` } }])
    timeout.mockRestore()
  })
})

describe('a key server over a socket', () => {
  let server: KeyServer
  beforeEach(async () => {
    server = await startKeyServer(signer.jwk)
  })
  afterEach(() => server.stop())

  const asking = (keyServer = {}) => createAuthenticator({ ...base, jwksUri: server.jwksUri, keyServer })

  it('gives its keys over http on loopback', async () => {
    expect(await resultOf(asking(), signer.token())).toBe('authenticated')
    expect(server.fetches()).toBe(1)
  })

  it('[E5][V-14] that accepts and is silent is given up within the timeout: 503', async () => {
    server.behave(() => undefined)
    expect(await resultOf(asking({ timeout: 0.05 }), signer.token())).toBe('503 keys_unavailable')
  })

  it('[E5][V-14] that sends the headers and then nothing is given up within the timeout: 503', async () => {
    server.behave((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' })
      res.write('{"keys":[')
    })
    expect(await resultOf(asking({ timeout: 0.05 }), signer.token())).toBe('503 keys_unavailable')
  })

  it.each([301, 302, 303, 307, 308])(
    '[E5][V-14] that redirects (%i) is not followed: 503',
    async (status) => {
      const elsewhere = await startKeyServer(signer.jwk)
      server.behave((_req, res) => res.writeHead(status, { Location: elsewhere.jwksUri }).end())
      expect(await resultOf(asking(), signer.token())).toBe('503 keys_unavailable')
      expect(elsewhere.requests).toEqual([])
      await elsewhere.stop()
    },
  )

  it('[V-14] that announces little and sends much is read to the cap only: 503', async () => {
    server.behave((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' })
      res.end(`{"keys":[],"x":"${'x'.repeat(300_000)}"}`)
    })
    expect(await resultOf(asking(), signer.token())).toBe('503 keys_unavailable')
  })

  it('[D8] that hangs up, or does not listen, is 503 until it is back', async () => {
    const authenticator = asking({ cooldown: 1 })
    server.behave((req) => req.socket.destroy())
    expect(await resultOf(authenticator, signer.token())).toBe('503 keys_unavailable')
    await server.down()
    await expect(authenticator.ready()).rejects.toThrow('cannot be reached')
    server.behave(undefined)
    await server.up()
    await authenticator.ready()
    expect(await resultOf(authenticator, signer.token())).toBe('authenticated')
  })
})
