import {
  nodeHandlerContext,
  nodeRequestView,
  runHandler,
  sendHandlerResponse,
} from '@countersign/core/adapter'
import type { Issuer } from '@countersign/issuer'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An issuer's routes on loopback, straight on `node:http`. */
export interface Served {
  readonly origin: string
  stop(): Promise<void>
}

/**
 * Serves what `issuerOf` answers for the origin, for each request anew: processes behind a load balancer can be played
 * by answering one after the other.
 */
export async function serve(issuerOf: (origin: string) => Pick<Issuer, 'routes'>): Promise<Served> {
  let origin = ''
  const server: Server = createServer((req, res) => {
    const [path = ''] = (req.url ?? '').split('?')
    const context = nodeHandlerContext(req, res, { path, ip: undefined, body: undefined, raw: req })
    const answer = async (): Promise<void> => {
      const response = await runHandler(issuerOf(origin).routes(), nodeRequestView(req), context)
      await sendHandlerResponse(res, response ?? { status: 404, headers: [], body: undefined })
    }
    answer().catch(() => sendHandlerResponse(res, { status: 500, headers: [], body: undefined }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
