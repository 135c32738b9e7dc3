// Starts an identity service and an order service, calls both, checks all answers, and ends.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { listen } from '@countersign/example-orders'
import { check } from './check.ts'
import { createIdentityService } from './identity/app.ts'
import { createMailbox } from './mailbox.ts'
import { createOrderService } from './orders/app.ts'

/** Seconds that the clock of both services is ahead: days pass while you look. */
const clock = { ahead: 0 }
const now = (): number => Date.now() + clock.ahead * 1_000

const folder = mkdtempSync(join(tmpdir(), 'countersign-'))
const database = new DatabaseSync(join(folder, 'identity.sqlite'))
const mailbox = createMailbox()
const [identityServer, orderServer] = [await listen(), await listen()]
const audience = 'https://orders.example'

const identity = await createIdentityService({
  url: identityServer.url,
  services: [audience],
  database,
  passphrase: randomBytes(24).toString('base64'),
  secret: randomBytes(32).toString('base64url'),
  sendMail: mailbox.send,
  now,
})
identityServer.serve(identity.app)
orderServer.serve(createOrderService({ issuer: identityServer.url, audience, now }))

console.log(`\nIdentity at ${identityServer.url}, orders at ${orderServer.url}\n`)
try {
  await check({ ...identity, clock, mailbox, identityUrl: identityServer.url, ordersUrl: orderServer.url })
} finally {
  await Promise.all([identityServer.stop(), orderServer.stop()])
  database.close()
  rmSync(folder, { recursive: true })
}
