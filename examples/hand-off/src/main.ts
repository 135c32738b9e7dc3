// Starts two servers of different origins, goes from one to the other as a browser would, checks all answers, and ends.
import { randomBytes } from 'node:crypto'
import { memoryStore } from '@countersign/stores'
import { listen } from '@countersign/example-orders'
import { createIssuer } from '@countersign/issuer'
import { createSessions } from '@countersign/sessions'
import { createAccountServer } from './account/app.ts'
import { check } from './check.ts'
import { createNetwork } from './network.ts'
import { createShopServer } from './shop/app.ts'

const ACCOUNT = 'https://account.example'
const SHOP = 'https://shop.test'

/** Seconds that the clock of both is ahead. */
const clock = { ahead: 0 }
const now = (): number => Date.now() + clock.ahead * 1_000
const password = randomBytes(12).toString('base64url')
const [accountServer, shopServer] = [await listen(), await listen()]
const network = createNetwork(
  new Map([
    [ACCOUNT, accountServer.url],
    [SHOP, shopServer.url],
  ]),
)

// Each server has its own store and its own secret: they share nothing but the key set.
const keys = memoryStore({ now })
const issuer = createIssuer({ issuer: ACCOUNT, audience: ACCOUNT, store: keys, now })
const account = createAccountServer({
  issuer,
  sessions: createSessions({ issuer, origin: ACCOUNT, store: keys, secrets: [randomBytes(32)], now }),
  partners: new Map([[SHOP, `${SHOP}/hand-off`]]),
  async login(credentials) {
    const { name, password: given } = Object(credentials) as Record<string, unknown>
    return typeof name === 'string' && given === password ? { subject: name } : undefined
  },
  now,
})
accountServer.serve(account)

const store = memoryStore({ now })
const shop = createShopServer({
  origin: SHOP,
  account: ACCOUNT,
  sessions: createSessions({ issuer: SHOP, origin: SHOP, store, secrets: [randomBytes(32)], now }),
  store,
  now,
  fetch: network,
})
shopServer.serve(shop)

console.log(`\n${ACCOUNT} is ${accountServer.url}, ${SHOP} is ${shopServer.url}\n`)
try {
  await check({ account: ACCOUNT, shop: SHOP, password, issuer, keys, network, clock, now })
} finally {
  await Promise.all([accountServer.stop(), shopServer.stop()])
}
