import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSigner, fakeClock } from '@countersign/forge'
import type { AuthenticatorOptions } from '@countersign/hono'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { onTestFinished } from 'vitest'

const clock = fakeClock()
export const signer = createSigner({ now: clock.now })
export const ISSUER = 'https://idp.test'

/** A policy that takes the signer's tokens. */
export const options = {
  issuer: ISSUER,
  audience: 'https://api.test',
  publicKey: signer.pem,
  now: clock.now,
} satisfies AuthenticatorOptions

/** Another issuer, and a policy that takes its tokens. */
export const partner = createSigner({ issuer: 'https://partner.test', now: clock.now })
export const partnerOptions = { ...options, issuer: partner.issuer, publicKey: partner.pem }

/** Headers with a good token of these claims. */
export function bearer(claims?: Record<string, unknown>): { authorization: string } {
  return { authorization: `Bearer ${signer.token(claims)}` }
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
