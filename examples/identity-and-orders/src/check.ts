import assert from 'node:assert/strict'
import { asking, type Expect } from '@countersign/example-orders'
import type { Issuer } from '@countersign/issuer'
import { hashPassword } from './identity/passwords.ts'
import type { User, Users } from './identity/users.ts'
import type { Mailbox } from './mailbox.ts'

/** What is checked, and what it may turn. */
export interface Checked {
  readonly identityUrl: string
  readonly ordersUrl: string
  readonly issuer: Issuer
  readonly users: Users
  readonly mailbox: Pick<Mailbox, 'next'>
  readonly clock: { ahead: number }
}

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

/** A user who signs in and asks. */
interface Person {
  readonly id: string
  readonly tokens: Tokens
}

const DAY = 86_400
const PASSWORD = 'a harbour of quiet lamps'

/** Asks both services as clients would, and throws where an answer is not as it should be. */
export async function check(checked: Checked): Promise<void> {
  const { users, issuer } = checked
  const [identity, orders] = [asking(checked.identityUrl), asking(checked.ordersUrl)]
  const passwordHash = await hashPassword(PASSWORD)
  const add = (email: string, ...roles: string[]): User => users.add({ email, roles, passwordHash })
  const [alice, bob, carol] = [
    add('alice@shop.example'),
    add('bob@shop.example'),
    add('carol@shop.example', 'admin'),
  ]

  console.log('Signing in')
  await refusesStrangers(identity)
  const signedIn = {
    alice: await signIn(identity, alice),
    bob: await signIn(identity, bob),
    carol: await signIn(identity, carol),
  }

  const herself = { id: alice.id, email: alice.email, roles: [] }
  const token = signedIn.alice.tokens.access_token
  await identity('Alice sees herself', ['GET', '/me', { token }], 200, herself)

  console.log('\nOrders belong to their caller')
  await ownOrders(orders, signedIn)
  await giveRole(identity, orders, signedIn)

  console.log('\nKeys rotate, and nobody notices')
  await rotation(checked, orders, identity, await signIn(identity, alice))

  console.log('\nA forgotten password')
  await forgottenPassword(checked, identity, orders, alice)
  assert.equal((await issuer.jwks()).keys.length, 1)
  console.log('\nEvery answer is as expected.\n')
}

async function signIn(identity: Expect, { id, email }: User, password = PASSWORD): Promise<Person> {
  const body = await identity(
    `${email} signs in`,
    ['POST', '/session/login', { json: { email, password } }],
    200,
  )
  return { id, tokens: body as Tokens }
}

async function refusesStrangers(identity: Expect): Promise<void> {
  const attempt = async (what: string, email: string): Promise<number> => {
    const json = { email, password: 'what might it be, then' }
    const start = performance.now()
    await identity(what, ['POST', '/session/login', { json }], 401, 'credentials_rejected')
    return performance.now() - start
  }
  const known = Math.min(
    await attempt('a wrong password', 'alice@shop.example'),
    await attempt('again', 'alice@shop.example'),
  )
  const unknown = await attempt('nobody: the same answer, as slowly', 'nobody@shop.example')
  // Without a hash to verify it would be a fiftieth.
  assert.ok(unknown > known / 5, `${unknown} ms tell that there is no such user; others take ${known} ms`)
}

type People = Readonly<Record<'alice' | 'bob' | 'carol', Person>>

async function ownOrders(orders: Expect, { alice, bob, carol }: People): Promise<void> {
  const as = ({ tokens }: Person): { token: string } => ({ token: tokens.access_token })
  const pen = { id: 1, item: 'fountain pen', owner: alice.id }
  const ink = { id: 2, item: 'ink', owner: bob.id }
  await orders('without a token', ['GET', '/orders'], 401, 'credential_missing')
  await orders(
    'Alice orders',
    ['POST', '/orders', { ...as(alice), json: { item: 'fountain pen' } }],
    201,
    pen,
  )
  const forged = { item: 'ink', owner: alice.id }
  await orders(
    "Bob orders in Alice's name: it is his",
    ['POST', '/orders', { ...as(bob), json: forged }],
    201,
    ink,
  )
  await orders('Alice sees her own', ['GET', '/orders', as(alice)], 200, [pen])
  await orders("Bob does not find Alice's", ['GET', '/orders/1', as(bob)], 404, 'order_not_found')
  await orders('nor the list of all', ['GET', '/all-orders', as(bob)], 403, 'role_insufficient')
  await orders('Carol, the administrator, does', ['GET', '/all-orders', as(carol)], 200, [pen, ink])
}

async function giveRole(identity: Expect, orders: Expect, { bob, carol }: People): Promise<void> {
  const path = `/users/${bob.id}/roles`
  const json = ['admin']
  const token = carol.tokens.access_token
  await identity(
    'Bob may not give himself a role',
    ['PUT', path, { token: bob.tokens.access_token, json }],
    403,
    'role_insufficient',
  )
  await identity('Carol gives it', ['PUT', path, { token, json }], 204)
  const renewed = await refresh(identity, 'Bob renews his tokens', bob)
  await orders('and is one, too', ['GET', '/orders/1', { token: renewed.access_token }], 200)
}

async function refresh(identity: Expect, what: string, { tokens }: Person): Promise<Tokens> {
  const json = { refresh_token: tokens.refresh_token }
  return (await identity(what, ['POST', '/session/refresh', { json }], 200)) as Tokens
}

async function rotation(
  { issuer, clock }: Checked,
  orders: Expect,
  identity: Expect,
  alice: Person,
): Promise<void> {
  const kids = async (): Promise<readonly (string | undefined)[]> =>
    (await issuer.jwks()).keys.map(({ kid }) => kid)
  const [first] = await kids()
  await issuer.rotate()
  assert.equal((await kids()).length, 2)
  console.log('-    the next key is published, and does not sign yet')
  const before = { token: alice.tokens.access_token }
  await orders('orders with the first key', ['GET', '/orders', before], 200)

  clock.ahead += 3_600 - 10 // the lead, as good as over
  const last = await refresh(identity, 'the last token of the first key', alice)
  assert.equal(kidOf(last.access_token), first)
  clock.ahead += 60
  const next = await refresh(identity, 'the first one of the second', { ...alice, tokens: last })
  assert.notEqual(kidOf(next.access_token), first)
  await orders('orders with either', ['GET', '/orders', { token: last.access_token }], 200)
  await orders('of them', ['GET', '/orders', { token: next.access_token }], 200)

  clock.ahead += DAY / 2
  assert.ok(!(await kids()).includes(first))
  console.log('-    the first key is gone, long after its last token has expired')
  const later = await refresh(identity, 'Alice is still signed in', { ...alice, tokens: next })
  await orders('and orders as ever', ['GET', '/orders', { token: later.access_token }], 200)
}

function kidOf(token: string): unknown {
  const header = Buffer.from(token.split('.')[0]!, 'base64url').toString('utf8')
  return (JSON.parse(header) as { kid?: unknown }).kid
}

async function forgottenPassword(
  { mailbox, clock }: Checked,
  identity: Expect,
  orders: Expect,
  alice: User,
): Promise<void> {
  const old = await signIn(identity, alice)
  const sent = { sent: 'if there is such a user' }
  const ask = (what: string, email: string): Promise<unknown> =>
    identity(what, ['POST', '/password-reset', { json: { email } }], 202, sent)
  const confirm = (what: string, token: string, ...expected: [status: number, code?: string]) =>
    identity(
      what,
      ['POST', '/password-reset/confirm', { json: { token, password: 'lamps in a quiet harbour' } }],
      ...expected,
    )

  await ask('nobody forgot it: the same answer', 'nobody@shop.example')
  await ask('Alice forgot it', alice.email)
  await ask('and asks again', alice.email)
  const [first, second] = [await mailbox.next(), await mailbox.next()]
  assert.equal(first.email, alice.email)

  const weak = { token: first.token, password: 'tooshort' }
  await identity(
    'a short one',
    ['POST', '/password-reset/confirm', { json: weak }],
    400,
    'password_unsuitable',
  )
  await identity(
    'the token is no access token',
    ['GET', '/me', { token: first.token }],
    401,
    'token_type_wrong',
  )
  await confirm('an access token resets nothing', old.tokens.access_token, 400, 'reset_rejected')
  await confirm('a new password', first.token, 204)
  await confirm('the same token again', first.token, 400, 'reset_rejected')
  await confirm('the other mail, too late', second.token, 400, 'reset_rejected')

  const { access_token, refresh_token } = old.tokens
  await identity(
    'her old session is over',
    ['POST', '/session/refresh', { json: { refresh_token } }],
    401,
    'session_ended',
  )
  await identity('its token, too', ['GET', '/me', { token: access_token }], 401, 'token_revoked')
  await orders('which orders, who ask nobody, take', ['GET', '/orders', { token: access_token }], 200)
  clock.ahead += 330
  await orders('for five minutes', ['GET', '/orders', { token: access_token }], 401, 'token_expired')
  const wrong = { email: alice.email, password: PASSWORD }
  await identity('the old password', ['POST', '/session/login', { json: wrong }], 401, 'credentials_rejected')
  await signIn(identity, alice, 'lamps in a quiet harbour')

  await ask('Alice forgot it again', alice.email)
  const { token } = await mailbox.next()
  clock.ahead += 15 * 60 + 60
  await confirm('and reads the mail too late', token, 400, 'reset_rejected')
}
