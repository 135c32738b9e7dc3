import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on loopback, on a port that is free. */
export interface Listening {
  readonly url: string
  /** What answers, from now on: it may need to know the address first. */
  serve(listener: RequestListener): void
  stop(): Promise<void>
}

/** Listens before there is anything that answers. */
export async function listen(): Promise<Listening> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve(listener) {
      server.removeAllListeners('request').on('request', listener)
    },
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** A request of a client. */
export interface Ask {
  readonly token?: string | undefined
  readonly json?: object | undefined
}

/** Sends a request, compares status and body (of a refusal: its code), and says what came of it. Answers the body. */
export type Expect = (
  what: string,
  request: readonly [method: string, path: string, ask?: Ask],
  status: number,
  body?: unknown,
) => Promise<unknown>

/** Asks one server, and throws where an answer is not as it should be. */
export function asking(url: string): Expect {
  return async (what, [method, path, { token, json } = {}], status, expected) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token === undefined ? undefined : { Authorization: `Bearer ${token}` }),
        ...(json === undefined ? undefined : { 'Content-Type': 'application/json' }),
      },
      ...(json === undefined ? undefined : { body: JSON.stringify(json) }),
    })
    const text = await response.text()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const code: unknown = Object(body)['code']
    assert.equal(response.status, status, `${what}: ${text}`)
    if (expected !== undefined || response.status >= 400) assert.deepEqual(code ?? body, expected, what)
    tell(status, method, path, what)
    return body
  }
}

/** A line of the table of answers. */
function tell(status: number, method: string, path: string, what: string): void {
  const shown = path.replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, '…') // an id, which is another one each time
  console.log(`${status}  ${method.padEnd(6)} ${shown.padEnd(24)}  ${what}`)
}
