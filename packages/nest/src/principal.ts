import type { Principal as CorePrincipal, DefaultClaims } from '@countersign/core'
import { assertNames, refusalFor } from '@countersign/core/adapter'
import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { outcomeFor } from './results.ts'
import { readMessage } from './message.ts'
import { readPolicy } from './metadata.ts'
import { toException } from './refuse.ts'

/** Parameter decorators inject nothing, and this one has no state. */
const reflector = new Reflector()

/** Who makes the request. */
export type Principal<Claims = DefaultClaims> = CorePrincipal<Claims>

/** Options of `@Principal()`. */
export interface PrincipalOptions {
  /** Returns `undefined` for anonymous requests, if the policy accepts them. Default false. */
  readonly optional?: boolean
}

/**
 * The principal as a parameter of a handler. Rejects the request if there is none: no guard ran (500), or the request
 * is anonymous (401) and `optional` is not set.
 *
 * @example
 * ```ts
 * @Get('me')
 * me(@Principal() principal: Principal) {
 *   return { subject: principal.subject }
 * }
 * ```
 */
export const Principal = (options: PrincipalOptions = {}): ParameterDecorator => {
  assertNames<PrincipalOptions>(options, { optional: true }, 'options')
  return readPrincipal(options)
}

const readPrincipal: (options: PrincipalOptions) => ParameterDecorator = createParamDecorator(
  (options: PrincipalOptions | undefined, context: ExecutionContext) => {
    const carrier = readMessage(context)?.carrier
    const outcome = carrier && outcomeFor(carrier, readPolicy(reflector, context))
    if (outcome?.type === 'authenticated') return outcome.principal
    if (outcome?.type === 'anonymous' && options?.optional === true) return undefined
    throw toException(
      context,
      refusalFor(outcome === undefined ? 'authenticator_missing' : 'credential_missing'),
    )
  },
)
