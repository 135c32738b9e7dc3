import { once } from 'node:events'
import { createServer, type ServerOptions } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createSigner, fakeClock } from '@countersign/forge'
import type { AuthenticatorOptions } from '@countersign/express'
import express, { type Express } from 'express'
import { onTestFinished } from 'vitest'

const require = createRequire(import.meta.url)

/** The releases that are supported. Express 4 has types of its own, which differ only where no test looks. */
export const releases: readonly (readonly [name: string, express: typeof import('express')])[] = [
  ['Express 5', express],
  ['Express 4', require('express4') as typeof import('express')],
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
export async function serve(app: Express, server: ServerOptions = {}): Promise<Ask & { port: number }> {
  const listening = createServer(server, app).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  onTestFinished(async () => {
    const closed = once(listening, 'close')
    listening.close()
    listening.closeAllConnections()
    await closed
  })
  const { port } = listening.address() as AddressInfo
  const ask: Ask = (path, init) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', ...init })
  return Object.assign(ask, { port })
}

/** The `code` of a problem document, or the whole text of anything else. */
export async function codeOf(response: Response): Promise<string> {
  const text = await response.text()
  return response.headers.get('content-type') === 'application/problem+json'
    ? (JSON.parse(text) as { code: string }).code
    : text
}
