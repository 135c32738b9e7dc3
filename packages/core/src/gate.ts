import type { DefaultClaims } from './principal/registered-claims.ts'
import type { ClaimsOf, StandardSchema } from './claims/schema.ts'
import { createAuthenticator, type Authenticator } from './authenticator.ts'
import type { Requirement } from './guards/requirement.ts'
import type { ResponseHeaders } from './outcome.ts'
import type { AuthenticatorOptions } from './policy/options.ts'
import type { Principal } from './principal/principal.ts'
import { fetchRequestView, type FetchRequest } from './request/fetch-view.ts'
import type { Refusal } from './refusal/refuse.ts'

/** The result of a gate: a response to send, or the principal. */
export type GateResult<Claims = DefaultClaims> =
  | {
      readonly response: undefined
      /** `undefined` for an anonymous request, which is accepted only with `optional: true`. */
      readonly principal: Principal<Claims> | undefined
      /** Headers for the response: `Cache-Control` unless it has its own, `Vary` in addition. */
      readonly headers: ResponseHeaders
    }
  | { readonly response: Response; readonly principal: undefined }

/** Authentication for hosts that use the web's `Request` and `Response`, and have no adapter. */
export interface Gate<Claims = DefaultClaims> {
  readonly authenticator: Authenticator<Claims>
  /**
   * Authenticates a request, and checks the requirement of the route if given. Never rejects because of client input.
   */
  authenticate(request: FetchRequest, requirement?: Requirement): Promise<GateResult<Claims>>
}

/**
 * A gate for web-standard requests.
 *
 * @throws `OptionError` naming the option and the remedy
 * @example
 * ```ts
 * const gate = createGate({ issuer: 'https://idp.example.com', audience: 'https://api.example.com' })
 * async function handle(request: Request): Promise<Response> {
 *   const { response, principal } = await gate.authenticate(request, scope('orders:read'))
 *   return response ?? Response.json({ hello: principal?.subject })
 * }
 * ```
 */
export function createGate<Schema extends StandardSchema | undefined = undefined>(
  options: AuthenticatorOptions<Schema>,
): Gate<ClaimsOf<Schema>> {
  const authenticator = createAuthenticator(options)
  return Object.freeze({
    authenticator,
    async authenticate(
      request: FetchRequest,
      requirement?: Requirement,
    ): Promise<GateResult<ClaimsOf<Schema>>> {
      const outcome = await authenticator.authenticate(fetchRequestView(request))
      if (outcome.type === 'refused') return { response: toResponse(outcome.refusal), principal: undefined }
      const refusal = requirement && (await authenticator.authorize(outcome, requirement))
      if (refusal !== undefined) return { response: toResponse(refusal), principal: undefined }
      const principal = outcome.type === 'authenticated' ? outcome.principal : undefined
      return { response: undefined, principal, headers: outcome.headers }
    },
  })
}

/** A refusal as a web-standard `Response`. */
function toResponse({ status, headers, body }: Refusal): Response {
  return new Response(JSON.stringify(body), { status, headers })
}
