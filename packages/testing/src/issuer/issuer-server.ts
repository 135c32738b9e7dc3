import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  nodeHandlerContext,
  nodeRequestView,
  runHandler,
  sendHandlerResponse,
  targetPath,
} from '@countersign/core/adapter'
import type { HandlerResponse, RouteHandler } from '@countersign/core/toolkit'
import type { Issuer } from '@countersign/issuer'
import type { Outage } from './outage.ts'

/** An HTTP server on loopback, which keeps its port during an outage. */
export interface IssuerServer {
  /** `http://127.0.0.1:port` */
  readonly origin: string
  /** Sets the responder. Before that, every response is 404. */
  readonly serve: (responder: Responder) => void
  /** Listens again, on the same port, if it does not. */
  readonly start: () => Promise<void>
  /** Stops listening, and ends every connection. */
  readonly stop: () => Promise<void>
}

/** Returns the response to a request. */
export type Responder = (
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<HandlerResponse>

const JSON_HEADERS = [
  ['Content-Type', 'application/json'],
  ['Cache-Control', 'no-store'],
] as const
const NOT_FOUND: HandlerResponse = { status: 404, headers: JSON_HEADERS, body: '{}' }
const UNAVAILABLE: HandlerResponse = { status: 503, headers: JSON_HEADERS, body: '{}' }

/** Starts a server on 127.0.0.1. Rejects if the port is in use. */
export async function startIssuerServer(port: number): Promise<IssuerServer> {
  let responder: Responder = async () => NOT_FOUND
  const server = createServer((req, res) => void respond(responder, req, res))
  const listen = async (on: number): Promise<void> => {
    server.listen(on, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(port)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('countersign: the server has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    serve(next) {
      responder = next
    },
    async start() {
      if (!server.listening) await listen(address.port)
    },
    async stop() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function respond(responder: Responder, req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    await sendHandlerResponse(res, await responder(targetPath(req.url ?? '/'), req, res))
  } catch {
    res.writeHead(500).end()
  }
}

/**
 * Responds like the issuer's own routes, and also at the address of OpenID Connect Discovery 1.0 section 4, which most
 * verifiers try first.
 *
 * @param onPath is called with the path of each request
 */
export function issuerResponder(
  issuer: () => Issuer,
  outage: Outage,
  onPath: (path: string) => void,
): Responder {
  return async (path, req, res) => {
    onPath(path)
    await outage.passed()
    if (outage.kind() !== undefined) return UNAVAILABLE
    const routes = issuer().routes()
    const isOpenId = path === openIdPath(issuer().issuer)
    const context = nodeHandlerContext(req, res, {
      path: isOpenId ? metadataPath(routes) : path,
      ip: req.socket.remoteAddress,
      body: undefined,
      raw: req,
    })
    return (await runHandler(routes, nodeRequestView(req), context)) ?? NOT_FOUND
  }
}

function openIdPath(issuer: string): string {
  return `${new URL(issuer).pathname.replace(/\/$/, '')}/.well-known/openid-configuration`
}

function metadataPath({ routes }: RouteHandler): string {
  if (routes === 'all') throw new Error('countersign: the issuer has no routes of its own')
  return routes.find(({ path }) => path.startsWith('/.well-known/oauth-authorization-server'))!.path
}
