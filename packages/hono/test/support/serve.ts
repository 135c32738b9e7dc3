import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestIssuer, fakeClock, type TestTokenInput } from '@countersign/testing'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { onTestFinished } from 'vitest'

const clock = fakeClock()

/** The issuer of the tokens. */
export const idp = await createTestIssuer({ clock })

/** A policy that takes its tokens, and no others. */
export const { options } = idp

/** An issuer that the policy does not know, for policies of its own. */
export const partner = await createTestIssuer({ issuer: 'https://partner.test', clock })

/** Headers with a good token. */
export async function bearer(input?: TestTokenInput): Promise<{ authorization: string }> {
  return { authorization: await idp.bearer(input) }
}

export type Ask = (path: string, init?: RequestInit) => Promise<Response>

/** Serves an application on Node until the test is over; answers how to ask it. */
export async function listen(app: Hono, { overrideGlobalObjects = false } = {}): Promise<Ask> {
  const handle = getRequestListener(app.fetch, { overrideGlobalObjects })
  const listening = createServer((req, res) => void handle(req, res)).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  onTestFinished(async () => {
    const closed = once(listening, 'close')
    listening.close()
    listening.closeAllConnections()
    await closed
  })
  const { port } = listening.address() as AddressInfo
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init })
}

/** How an application is asked: over the wire on Node, or by the web's `Request`, as other runtimes do. */
export const hosts: readonly (readonly [name: string, host: (app: Hono) => Promise<Ask> | Ask])[] = [
  ['Hono on Node', listen],
  ['Hono with web-standard requests', (app) => async (path, init) => app.request(path, init)],
]

/** The `code` of a problem document, or the whole text of anything else. */
export async function codeOf(response: Response): Promise<string> {
  const text = await response.text()
  return response.headers.get('content-type') === 'application/problem+json'
    ? (JSON.parse(text) as { code: string }).code
    : text
}

/** The name of the key that signed a token: what its header says as `kid`. */
export function kidOf(token: string): string {
  const header = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')
  return (JSON.parse(header) as { kid: string }).kid
}
