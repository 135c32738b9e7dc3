import { nodeRequestView } from '../../request/node-view.ts'
import { fail, type Next, type NodeResponse } from '../node-answer.ts'
import { settle } from '../settle.ts'
import { markMount } from './mark-mount.ts'
import {
  nodeHandlerContext,
  sendHandlerResponse,
  type NodeBodyRequest,
  type NodeHandlerResponse,
} from './node-handler.ts'
import type { HandlerResponse, RouteHandler } from './route-handler.ts'
import { runHandler } from './run-handler.ts'

/** The part of Express' request that is read. */
export interface ConnectRequest extends NodeBodyRequest {
  readonly ip?: string | undefined
  readonly body?: unknown
}

/** Middleware of Express and similar frameworks. */
export type ConnectMiddleware<Request> = (
  req: Request,
  res: NodeHandlerResponse & NodeResponse,
  next: Next,
) => void

/**
 * A handler as middleware of Express and similar frameworks. All errors go to `next`.
 *
 * @param pathOf the path below the mount, or `undefined` if a request is not below it
 */
export function connectMount<Request extends ConnectRequest>(
  handler: RouteHandler,
  pathOf: (req: Request) => string | undefined,
): ConnectMiddleware<Request> {
  const middleware: ConnectMiddleware<Request> = function countersignMount(req, res, next) {
    const path = pathOf(req)
    if (path === undefined) return next()
    const { ip, body } = req
    const context = nodeHandlerContext(req, res, { path, ip, body, raw: req })
    const asked = runHandler(handler, nodeRequestView(req), context)
    const report = (error: unknown): void => fail(error, res, next)
    const answer = (response: HandlerResponse | undefined): void =>
      response === undefined ? next() : settle(sendHandlerResponse(res, response), done, report, res)
    settle(asked, answer, report, res)
  }
  return markMount(handler, middleware)
}

/** The response is written. */
function done(): void {}
