import { createTestIssuer, fakeClock, type TestTokenInput } from '@countersign/testing'
import type { FastifyInstance } from 'fastify'
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

/** Serves an application until the test is over; answers how to ask it. */
export async function serve(app: FastifyInstance): Promise<Ask> {
  onTestFinished(async () => {
    const closed = app.close()
    app.server.closeAllConnections()
    await closed
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return (path, init) => fetch(url + path, { redirect: 'manual', ...init })
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
