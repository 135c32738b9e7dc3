import { createSigner, fakeClock } from '@countersign/forge'
import type { AuthenticatorOptions } from '@countersign/fastify'
import type { FastifyInstance } from 'fastify'
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
