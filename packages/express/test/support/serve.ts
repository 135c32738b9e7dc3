import { once } from 'node:events'
import { createServer, type ServerOptions } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { createTestIssuer, fakeClock, type TestTokenInput } from '@countersign/testing'
import express, { type Express } from 'express'
import { onTestFinished } from 'vitest'

const require = createRequire(import.meta.url)

/** The releases that are supported. Express 4 has types of its own, which differ only where no test looks. */
export const releases: readonly (readonly [name: string, express: typeof import('express')])[] = [
  ['Express 5', express],
  ['Express 4', require('express4') as typeof import('express')],
]

export const clock = fakeClock()

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

/** The name of the key that signed a token: what its header says as `kid`. */
export function kidOf(token: string): string {
  const header = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')
  return (JSON.parse(header) as { kid: string }).kid
}
