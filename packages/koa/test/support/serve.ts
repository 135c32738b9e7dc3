import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createSigner, fakeClock } from '@countersign/forge'
import type { AuthenticatorOptions } from '@countersign/koa'
import Koa from 'koa'
import { onTestFinished } from 'vitest'

const require = createRequire(import.meta.url)

/** The releases that are supported. The types are those of Koa 3, which differ only where no test looks. */
export const releases: readonly (readonly [name: string, koa: typeof Koa])[] = [
  ['Koa 3', Koa],
  ['Koa 2', require('koa2') as typeof Koa],
]

export const clock = fakeClock()
export const signer = createSigner({ now: clock.now })
export const ISSUER = 'https://idp.test'

/** A policy that takes the signer's tokens. */
export const options = {
  issuer: ISSUER,
  audience: 'https://api.test',
  publicKey: signer.pem,
  now: clock.now,
} satisfies AuthenticatorOptions

/** Headers with a good token of these claims. */
export function bearer(claims?: Record<string, unknown>): { authorization: string } {
  return { authorization: `Bearer ${signer.token(claims)}` }
}

export type Ask = (path: string, init?: RequestInit) => Promise<Response>

/** Serves an application until the test is over; answers how to ask it. */
export async function serve(app: Koa): Promise<Ask> {
  const handle = app.callback()
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

/** Errors that reach Koa's default handler, which else would print them. */
export function errorsOf(app: Koa): unknown[] {
  const errors: unknown[] = []
  app.on('error', (error) => errors.push(error))
  return errors
}

/** The `code` of a problem document, or the whole text of anything else. */
export async function codeOf(response: Response): Promise<string> {
  const text = await response.text()
  return response.headers.get('content-type') === 'application/problem+json'
    ? (JSON.parse(text) as { code: string }).code
    : text
}
