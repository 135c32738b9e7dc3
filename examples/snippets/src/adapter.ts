// #region adapter
import {
  createAdapter,
  createGuard,
  nodeRequestView,
  settleVerdict,
  type JwtAuthOptions,
  type Principal,
  type Requirement,
} from '@countersign/core/adapter'
import type { IncomingMessage, ServerResponse } from 'node:http'

export type Handler = (req: IncomingMessage & { auth?: Principal }, res: ServerResponse) => void

/** Authenticates requests of a bare Node server. */
export function authenticated(options: JwtAuthOptions, handler: Handler): Handler {
  const adapter = createAdapter(options)
  return function authenticate(req, res) {
    const next = (error?: unknown): void => (error === undefined ? handler(req, res) : fail(res))
    settleVerdict(adapter.authenticate(req, nodeRequestView(req)), res, next)
  }
}

/** Guards a handler. Without `authenticated` around it, it rejects every request. */
export function guarded(requirement: Requirement, handler: Handler): Handler {
  const guard = createGuard(requirement)
  return function authorize(req, res) {
    const next = (error?: unknown): void => (error === undefined ? handler(req, res) : fail(res))
    settleVerdict(guard.authorize(req), res, next)
  }
}

/** A bare server has no error channel: this is all that it can do. */
function fail(res: ServerResponse): void {
  if (res.headersSent) res.destroy()
  else res.writeHead(500).end()
}
// #endregion
