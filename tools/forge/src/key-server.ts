import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A key server on loopback that counts, and misbehaves when told to. */
export interface KeyServer {
  /** `http://127.0.0.1:port`; also the issuer that its metadata name. */
  readonly origin: string
  readonly jwksUri: string
  /** Paths asked for, in order. */
  readonly requests: string[]
  /** How often the key set was asked for. */
  fetches(): number
  /** What is published from now on. */
  publish(...keys: readonly object[]): void
  /** Answers requests in its place, until called with `undefined`. */
  behave(handler: ((req: IncomingMessage, res: ServerResponse) => void) | undefined): void
  /** Stops listening: connections are refused. */
  down(): Promise<void>
  /** Listens again, on the same port. */
  up(): Promise<void>
  stop(): Promise<void>
}

export async function startKeyServer(...initial: readonly object[]): Promise<KeyServer> {
  let keys = initial
  let misbehaviour: ((req: IncomingMessage, res: ServerResponse) => void) | undefined
  const requests: string[] = []
  let origin = ''
  let port = 0
  let server = create()

  function create() {
    return createServer((req, res) => {
      requests.push(req.url ?? '')
      if (misbehaviour !== undefined) return misbehaviour(req, res)
      res.setHeader('Content-Type', 'application/json')
      if (req.url === '/jwks') return res.end(JSON.stringify({ keys }))
      if (req.url === '/.well-known/openid-configuration') {
        return res.end(JSON.stringify({ issuer: origin, jwks_uri: `${origin}/jwks` }))
      }
      return res.writeHead(404).end('{}')
    })
  }

  const listen = () =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })

  await listen()
  port = (server.address() as AddressInfo).port
  origin = `http://127.0.0.1:${port}`
  return {
    origin,
    jwksUri: `${origin}/jwks`,
    requests,
    fetches: () => requests.filter((path) => path === '/jwks').length,
    publish(...next) {
      keys = next
    },
    behave(handler) {
      misbehaviour = handler
    },
    down: close,
    async up() {
      server = create()
      await listen()
    },
    stop: async () => {
      if (server.listening) await close()
    },
  }
}
