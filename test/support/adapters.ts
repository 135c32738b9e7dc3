/** What the unit tests of all adapters share. */
import { once } from 'node:events'
import { createServer, type RequestListener, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestIssuer, fakeClock, type TestTokenInput } from '@countersign/testing'
import { expect, onTestFinished } from 'vitest'

export const clock = fakeClock()

/** The issuer of the tokens. */
export const idp = await createTestIssuer({ clock })

/** A policy that accepts its tokens, and no others. */
export const { options } = idp

/** The same with cookies. */
export const cookieOptions = { ...options, cookie: true, origin: 'https://app.test' }

/** An issuer that the policy does not know, for policies of its own. */
export const partner = await createTestIssuer({ issuer: 'https://partner.test', clock })

/** Headers with a good token. */
export async function bearer(input?: TestTokenInput): Promise<{ authorization: string }> {
  return { authorization: await idp.bearer(input) }
}

export type Ask = (path: string, init?: RequestInit) => Promise<Response>

/** Serves a Node listener until the test is over; returns how to send requests to it. */
export async function listen(
  listener: RequestListener,
  server: ServerOptions = {},
): Promise<Ask & { port: number }> {
  const listening = createServer(server, listener).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  onTestFinished(async () => {
    const closed = once(listening, 'close')
    listening.close()
    listening.closeAllConnections()
    await closed
  })
  const { port } = listening.address() as AddressInfo
  return Object.assign(askAt(`http://127.0.0.1:${port}`), { port })
}

/** How to send requests to what listens at a URL. */
export function askAt(url: string): Ask {
  return (path, init) => fetch(url + path, { redirect: 'manual', ...init })
}

/** The `code` of a problem document, or the whole text of anything else. */
export async function codeOf(response: Response): Promise<string> {
  const text = await response.text()
  return response.headers.get('content-type')?.startsWith('application/problem+json')
    ? (JSON.parse(text) as { code: string }).code
    : text
}

/**
 * Has a request with an expired token sent, and checks that nothing of it is in the response, or in what was logged
 * meanwhile.
 */
export async function assertLeaksNothing(
  send: (headers: { authorization: string }) => Promise<Response>,
  logged: () => Promise<string> = async () => '',
): Promise<{ response: Response; text: string }> {
  const token = await idp.expired({ claims: { email: 'someone@example.test' } })
  const response = await send({ authorization: `Bearer ${token}` })
  const text = await response.text()
  const shown = JSON.stringify([...response.headers]) + text + (await logged())
  const header = Buffer.from(token.split('.')[0]!, 'base64url').toString('utf8')
  const { kid } = JSON.parse(header) as { kid: string }
  for (const secret of [...token.split('.'), 'someone@', kid, 'marker', '/packages/'])
    expect(shown).not.toContain(secret)
  return { response, text }
}
