import { createAuthenticator } from '@countersign/core'
import { memoryStore } from '@countersign/stores'
import { createIssuer } from '@countersign/issuer'
import { createSessions } from '@countersign/sessions'
import assert from 'node:assert'

const origin = 'https://app.test'
const store = memoryStore()
export const issuer = createIssuer({ issuer: origin, audience: origin, clientId: 'web', store })
const secrets = ['k7Qv2xW9pLm4Zt8RbN3cYd6Fh1JsGa5e']
export const sessions = createSessions({ issuer, origin, store, secrets })

export function login(credentials: unknown) {
  const { password } = credentials as { password?: unknown }
  return password === 'right' ? { subject: 'alice' } : undefined
}

/** Signs in, renews and signs out, as a page of `origin` would; the tokens are good under the published keys. */
export async function checkSessions(url: string): Promise<void> {
  const post = async (path: string, body: object, cookies: string[] = []) => {
    const headers = { origin, 'content-type': 'application/json', cookie: cookies.join('; ') }
    return fetch(`${url}/auth/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  const cookiesOf = (response: Response) =>
    response.headers.getSetCookie().map((line) => line.slice(0, line.indexOf(';')))

  assert.equal((await post('login', { password: 'wrong' })).status, 401)
  const signedIn = await post('login', { password: 'right' })
  assert.equal(signedIn.status, 200)
  const renewed = await post('refresh', {}, cookiesOf(signedIn))
  assert.equal(renewed.status, 200)

  const jwks = await (await fetch(`${url}/.well-known/jwks.json`)).json()
  const verifier = createAuthenticator({ issuer: origin, audience: origin, jwks })
  const [access = ''] = cookiesOf(renewed).filter((pair) => pair.startsWith('__Host-access='))
  const outcome = await verifier.authenticateToken(access.slice('__Host-access='.length))
  assert.equal(outcome.type === 'authenticated' && outcome.principal.subject, 'alice')

  assert.equal((await post('logout', {}, cookiesOf(renewed))).status, 204)
  assert.equal((await post('refresh', {}, cookiesOf(renewed))).status, 401)
}
