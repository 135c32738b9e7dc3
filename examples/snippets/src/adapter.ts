// #region adapter
import {
  assertRequirement,
  attachOutcome,
  guardRequest,
  nodeRequestView,
  sendRefusal,
  setUpAdapter,
  type JwtAuthOptions,
  type Principal,
  type Requirement,
} from '@countersign/core/adapter'
import type { IncomingMessage, ServerResponse } from 'node:http'

export type Handler = (
  req: IncomingMessage & { auth?: Principal },
  res: ServerResponse,
) => Promise<void> | void

/** Authenticates requests of a bare Node server. */
export function authenticated(options: JwtAuthOptions, handler: Handler): Handler {
  const { authenticator, property } = setUpAdapter(options)
  return async function authenticate(req, res) {
    const outcome = await authenticator.authenticate(nodeRequestView(req))
    if (outcome.type === 'refused') return sendRefusal(res, outcome.refusal)
    for (const [name, value] of Object.entries(outcome.headers)) res.setHeader(name, value)
    attachOutcome(req, authenticator, outcome)
    if (outcome.type === 'authenticated') Object.assign(req, { [property]: outcome.principal })
    await handler(req, res)
  }
}

/** Guards a handler. Without `authenticated` around it, it fails closed. */
export function guarded(requirement: Requirement, handler: Handler): Handler {
  assertRequirement(requirement)
  return async function authorize(req, res) {
    const refusal = await guardRequest(req, requirement)
    if (refusal !== undefined) return sendRefusal(res, refusal)
    await handler(req, res)
  }
}
// #endregion
