import { asking } from './ask.ts'
import type { Issuer } from './issuer.ts'

/** Asks an orders API as its clients would, says what comes of it, and throws where that is not as it should be. */
export async function tryOut(name: string, url: string, issuer: Issuer): Promise<void> {
  const expect = asking(url)
  const customer = await issuer.token('alice', { scope: 'orders:read orders:write' })
  const reader = await issuer.token('bob', { scope: 'orders:read' })
  const admin = await issuer.token('carol', { roles: ['admin'] })

  console.log(`\nOrders API with ${name} at ${url}\n`)
  await expect('everybody may ask how it is', ['GET', '/health'], 200, { ok: true })
  await expect('nobody is nobody', ['GET', '/orders'], 401, 'credential_missing')
  await expect('a token that is none', ['GET', '/orders', { token: 'x.y.z' }], 401, 'token_malformed')
  const pen = { id: 1, item: 'fountain pen', owner: 'alice' }
  await expect(
    'Alice orders',
    ['POST', '/orders', { token: customer, json: { item: 'fountain pen' } }],
    201,
    pen,
  )
  await expect('and sees it', ['GET', '/orders', { token: customer }], 200, [pen])
  await expect('Bob sees his own, none', ['GET', '/orders', { token: reader }], 200, [])
  await expect(
    'Bob may not order',
    ['POST', '/orders', { token: reader, json: { item: 'ink' } }],
    403,
    'scope_insufficient',
  )
  await expect('Alice may not delete', ['DELETE', '/orders/1', { token: customer }], 403, 'role_insufficient')
  await expect('an administrator may', ['DELETE', '/orders/1', { token: admin }], 204, undefined)
  await expect('and it is gone', ['GET', '/orders', { token: customer }], 200, [])
  console.log('\nEvery answer is as expected.\n')
}
