// Starts the chat and an issuer on loopback, connects to it, checks what happens, and ends.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createIssuer } from '@countersign/example-orders'
import { WebSocket } from 'ws'
import { createChat } from './chat.ts'

const issuer = await createIssuer()
const { audience, jwksUri } = issuer
const chat = createChat({ issuer: issuer.issuer, audience, jwksUri }).listen(0, '127.0.0.1')
await once(chat, 'listening')
const url = `ws://127.0.0.1:${(chat.address() as AddressInfo).port}`

/** A token for the chat that lives this many seconds. */
function tokenFor(subject: string, seconds: number): Promise<string> {
  return issuer.token(subject, { scope: 'chat', exp: Date.now() / 1_000 + seconds })
}

function connect(token?: string): WebSocket {
  return new WebSocket(url, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } })
}

/** The status of a refused upgrade. */
async function refused(token?: string): Promise<number | undefined> {
  const client = connect(token).on('error', () => undefined)
  const [, response] = (await once(client, 'unexpected-response')) as [unknown, { statusCode?: number }]
  client.terminate()
  return response.statusCode
}

async function hear(client: WebSocket): Promise<unknown> {
  const [data] = (await once(client, 'message')) as [Buffer]
  return JSON.parse(data.toString('utf8'))
}

/** Code of the close, and how many milliseconds after a time it came. */
async function endOf(client: WebSocket, expiry: number): Promise<{ code: number; late: number }> {
  const [code] = (await once(client, 'close')) as [number]
  return { code, late: Date.now() - expiry }
}

function tell(what: string): void {
  console.log(`- ${what}`)
}

console.log(`\nChat at ${url}\n`)
try {
  assert.equal(await refused(), 401)
  tell('without a token: 401')
  assert.equal(await refused(await issuer.token('mallory')), 403)
  tell('without the scope: 403')

  const start = Date.now()
  const alice = connect(await tokenFor('alice', 1.5))
  await once(alice, 'open')
  const bob = connect(await tokenFor('bob', 1.5))
  await once(bob, 'open')
  const heard = hear(bob)
  alice.send(JSON.stringify({ text: 'hello' }))
  assert.deepEqual(await heard, { from: 'alice', text: 'hello' })
  tell('Alice says hello, and Bob hears it')

  const answer = hear(bob)
  bob.send(JSON.stringify({ token: await tokenFor('bob', 3) }))
  assert.deepEqual(await answer, { renewed: true })
  tell('Bob sends his next token ahead of time')

  const ofAlice = await endOf(alice, start + 1_500)
  assert.equal(ofAlice.code, 3000)
  assert.ok(ofAlice.late >= 0 && ofAlice.late < 1_000, `${ofAlice.late} ms late`)
  assert.equal(bob.readyState, WebSocket.OPEN)
  tell("Alice's connection ends within a second of her token's expiry, Bob's goes on")

  assert.equal((await endOf(bob, start)).code, 3000)
  tell("Bob's ends with his second token")
  console.log('\nEverything is as expected.\n')
} finally {
  chat.close()
  chat.closeAllConnections()
  await issuer.stop()
}
