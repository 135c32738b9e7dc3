// Starts the application. `--nest`: with the server in Nest. `--check`: calls itself, checks the answers, and ends.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DEMO_ACCOUNTS } from '../shared/demo-accounts.ts'
import { check } from './check.ts'
import type { CreateServer } from './settings.ts'

const isNest = process.argv.includes('--nest')
const isCheck = process.argv.includes('--check')
/** Seconds that an access token lives: short, so that one sees it renewed. */
const expiresIn = Number(process.env['ACCESS_TOKEN_SECONDS'] ?? 60)

const port = await findPort(isCheck ? 0 : Number(process.env['PORT'] ?? 4280))
const origin = `http://localhost:${port}`

const data = join(import.meta.dirname, '../../.data')
mkdirSync(data, { recursive: true })
const secret = isCheck ? randomBytes(32).toString('base64url') : keptSecret()
const server = await (
  await creator()
)({
  origin,
  files: join(import.meta.dirname, '../../dist/app'),
  database: isCheck ? ':memory:' : join(data, 'sessions.sqlite'),
  secret,
  issuer: origin,
  expiresIn,
  insecureLocalhost: true,
})
const http = createHttpServer(server.listener).listen(port, 'localhost')
await once(http, 'listening')

if (isCheck) {
  try {
    await check(isNest ? 'Nest' : 'Express', origin)
  } finally {
    await stop()
  }
} else {
  announce()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
}

async function creator(): Promise<CreateServer> {
  if (!isNest) return (await import('./express.ts')).createServer
  // built, since it has decorators
  const built = new URL('../../dist/server/nest.js', import.meta.url).href
  return ((await import(built)) as { createServer: CreateServer }).createServer
}

/** This port, or another one where somebody has it: the address is part of what the server is told. */
async function findPort(wanted: number): Promise<number> {
  const probe = createHttpServer()
  try {
    probe.listen(wanted, 'localhost')
    await once(probe, 'listening')
    return (probe.address() as AddressInfo).port
  } catch (error) {
    if (wanted === 0 || (error as { code?: string }).code !== 'EADDRINUSE') throw error
    return await findPort(0)
  } finally {
    probe.close()
  }
}

/** Made at the first start. On a real server it comes from where its other secrets come from. */
function keptSecret(): string {
  const file = join(data, 'secret')
  try {
    return readFileSync(file, 'utf8')
  } catch {
    const made = randomBytes(32).toString('base64url')
    writeFileSync(file, made, { mode: 0o600 })
    return made
  }
}

function announce(): void {
  const accounts = DEMO_ACCOUNTS.map(
    ({ email, password, roles }) => `  ${email.padEnd(20)}${password.padEnd(20)}${roles.join(', ')}`,
  )
  console.log(`
The application is up, its server in ${isNest ? 'Nest' : 'Express'}:  ${origin}

${accounts.join('\n')}

Access tokens live ${expiresIn} seconds, and are renewed while you look. Try several tabs. Ctrl-C ends it.
`)
}

async function stop(): Promise<void> {
  const closed = once(http, 'close')
  http.close()
  http.closeAllConnections()
  await closed
  await server.close()
}
