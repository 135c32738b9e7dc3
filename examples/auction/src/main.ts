// Starts an account service that issues bid tokens and a server with two auctions, bids, checks what happens, and ends.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { memoryStore } from '@countersign/stores'
import { listen } from '@countersign/example-orders'
import { createIssuer } from '@countersign/issuer'
import { createAccountService } from './account/app.ts'
import { createAuctionServer } from './auction/server.ts'
import { check } from './check.ts'

/** Milliseconds that the clock of both is ahead: twenty minutes pass while you look. */
const clock = { ahead: 0 }
const now = (): number => Date.now() + clock.ahead

const account = await listen()
const issuer = createIssuer({ issuer: account.url, clientId: 'web', store: memoryStore({ now }), now })
const audience = 'https://account.example'
const auctionServer = 'https://auction.example'
account.serve(createAccountService({ issuer, audience, auctionServer, now }))

const settings = { issuer: account.url, audience: auctionServer, now }
const auctions = createAuctionServer(settings, ['violin', 'clock'])
await once(auctions.server.listen(0, '127.0.0.1'), 'listening')
const url = `ws://127.0.0.1:${(auctions.server.address() as AddressInfo).port}`

console.log(`\nAccounts at ${account.url}, auctions at ${url}\n`)
try {
  await check({ accountUrl: account.url, audience, auctionUrl: url, auctionServer, issuer, clock, now })
} finally {
  auctions.stop()
  await account.stop()
}
