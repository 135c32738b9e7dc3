// Starts a server that issues and verifies its own tokens, replaces its secret, checks all answers, and ends.
import { randomBytes } from 'node:crypto'
import { asking, listen } from '@countersign/example-orders'
import { createAccounts } from './accounts.ts'
import { createApp } from './app.ts'
import { check } from './check.ts'

const password = randomBytes(12).toString('base64url')
const accounts = await createAccounts([
  { id: 'user-1', name: 'alice', password, roles: [], scopes: ['orders:read', 'orders:write'] },
  { id: 'user-2', name: 'carol', password, roles: ['admin'], scopes: ['orders:read'] },
])
const server = await listen()
console.log(`\nOne server at ${server.url}\n`)
try {
  await check({
    url: server.url,
    password,
    expect: asking(server.url),
    /** What a deployment with other secrets does. */
    restart: (...secrets) => server.serve(createApp({ url: server.url, secrets, accounts })),
  })
} finally {
  await server.stop()
}
