import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Expect } from '@countersign/example-orders'
import { createIssuer } from '@countersign/issuer'

/** What is checked. */
export interface Checked {
  readonly url: string
  /** That of every account. */
  readonly password: string
  readonly expect: Expect
  restart(...secrets: readonly string[]): void
}

const newSecret = (): string => randomBytes(32).toString('base64url')

/** Goes through the life of tokens and of the secret, and throws where something is not as it should be. */
export async function check({ url, password, expect, restart }: Checked): Promise<void> {
  const [first, second] = [newSecret(), newSecret()]

  assert.throws(() => restart('correct horse battery staple'), /"secret".*32/)
  console.log('-    a short secret: it does not start')
  restart(first)

  const signIn = async (what: string, name: string): Promise<string> => {
    const body = await expect(what, ['POST', '/login', { json: { name, password } }], 200)
    return (body as { token: string }).token
  }
  const wrong = { name: 'alice', password: 'guess' }
  await expect('a wrong password', ['POST', '/login', { json: wrong }], 401, 'credentials_rejected')
  const nobody = { name: 'nobody', password }
  await expect('nobody: the same answer', ['POST', '/login', { json: nobody }], 401, 'credentials_rejected')
  const alice = await signIn('Alice signs in', 'alice')
  const carol = await signIn('Carol does, too', 'carol')

  await expect('without a token', ['GET', '/orders'], 401, 'credential_missing')
  const pen = { id: 1, item: 'fountain pen', owner: 'user-1' }
  const order = { item: 'fountain pen' }
  await expect('Alice orders', ['POST', '/orders', { token: alice, json: order }], 201, pen)
  await expect(
    'Carol lacks the scope',
    ['POST', '/orders', { token: carol, json: order }],
    403,
    'scope_insufficient',
  )
  await expect('Alice lacks the role', ['DELETE', '/orders/1', { token: alice }], 403, 'role_insufficient')
  await expect('Carol has it', ['DELETE', '/orders/1', { token: carol }], 204)

  const unsigned = { token: withoutSignature(alice) }
  await expect('a token with alg none', ['GET', '/orders', unsigned], 401, 'token_malformed')
  const token = await tokenForAnother(url, first)
  await expect('one for another server', ['GET', '/orders', { token }], 401, 'claim_mismatch')

  console.log(
    '\nThe secret is replaced: first [new, old], then, when the last old token has expired, [new]\n',
  )
  restart(second, first)
  await expect('a token of the old secret', ['GET', '/orders', { token: alice }], 200, [])
  const renewed = await signIn('Alice signs in again', 'alice')
  restart(second)
  await expect('which is of the new one', ['GET', '/orders', { token: renewed }], 200, [])
  await expect('the old one is gone', ['GET', '/orders', { token: alice }], 401, 'signature_invalid')
  console.log('\nEvery answer is as expected.\n')
}

/** The same claims, and nobody's signature. */
function withoutSignature(token: string): string {
  const header = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
  return `${header}.${token.split('.')[1]}.`
}

/** Well signed by us, but not for us. */
async function tokenForAnother(url: string, secret: string): Promise<string> {
  const issuer = createIssuer({ issuer: url, algorithm: 'HS256', secret })
  const { token } = await issuer.accessToken({
    subject: 'user-1',
    audience: 'https://reports.example',
    clientId: 'web',
    scope: 'orders:read',
  })
  return token
}
