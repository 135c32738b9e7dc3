import assert from 'node:assert/strict'
import type { Issuer } from './issuer.ts'

/** Asks an orders API as its clients would, says what comes of it, and throws where that is not as it should be. */
export async function tryOut(name: string, url: string, issuer: Issuer): Promise<void> {
  const customer = await issuer.token('alice', { scope: 'orders:read orders:write' })
  const reader = await issuer.token('bob', { scope: 'orders:read' })
  const admin = await issuer.token('carol', { roles: ['admin'] })

  /** Sends a request, and compares status and body (of a refusal: its code). */
  async function expect(
    what: string,
    token: string | undefined,
    [method, path, order]: readonly [method: string, path: string, order?: object],
    ...expected: readonly [status: number, body?: unknown]
  ): Promise<void> {
    const headers = {
      ...(token === undefined ? undefined : { Authorization: `Bearer ${token}` }),
      ...(order === undefined ? undefined : { 'Content-Type': 'application/json' }),
    }
    const response = await fetch(url + path, {
      method,
      headers,
      ...(order && { body: JSON.stringify(order) }),
    })
    const text = await response.text()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const code = (body as { code?: string } | undefined)?.code
    assert.deepEqual([response.status, code ?? body], expected, what)
    console.log(`${response.status}  ${method.padEnd(6)} ${path.padEnd(9)}  ${what}`)
  }

  console.log(`\nOrders API with ${name} at ${url}\n`)
  await expect('everybody may ask how it is', undefined, ['GET', '/health'], 200, { ok: true })
  await expect('nobody is nobody', undefined, ['GET', '/orders'], 401, 'credential_missing')
  await expect('a token that is none', 'x.y.z', ['GET', '/orders'], 401, 'token_malformed')
  const pen = { id: 1, item: 'fountain pen', owner: 'alice' }
  await expect('Alice orders', customer, ['POST', '/orders', { item: 'fountain pen' }], 201, pen)
  await expect('and sees it', customer, ['GET', '/orders'], 200, [pen])
  await expect('Bob sees his own, none', reader, ['GET', '/orders'], 200, [])
  await expect('Bob may not order', reader, ['POST', '/orders', { item: 'ink' }], 403, 'scope_insufficient')
  await expect('Alice may not delete', customer, ['DELETE', '/orders/1'], 403, 'role_insufficient')
  await expect('an administrator may', admin, ['DELETE', '/orders/1'], 204, undefined)
  await expect('and it is gone', customer, ['GET', '/orders'], 200, [])
  console.log('\nEvery answer is as expected.\n')
}
