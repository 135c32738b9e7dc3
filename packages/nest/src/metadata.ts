import type { Requirement } from '@countersign/core'
import { allOf } from '@countersign/core'
import type { ExecutionContext } from '@nestjs/common'
import type { Reflector } from '@nestjs/core'
import { DEFAULT_POLICY } from './policy-token.ts'

export const PUBLIC: unique symbol = Symbol.for('@countersign/nest/public') as never
export const POLICY: unique symbol = Symbol.for('@countersign/nest/policy') as never
export const REQUIREMENTS: unique symbol = Symbol.for('@countersign/nest/requirements') as never

/** The combined decorators on a method and its class. */
export interface RouteRules {
  readonly isPublic: boolean
  readonly policy: string
  readonly requirement: Requirement | undefined
}

/**
 * The nearer decorator decides whether a route is public. But a requirement always counts: a route with both is
 * protected.
 */
export function readRules(reflector: Reflector, context: ExecutionContext): RouteRules {
  const method = context.getHandler()
  const owner = context.getClass()
  const ofMethod = reflector.get<readonly Requirement[] | undefined>(REQUIREMENTS, method) ?? []
  const ofClass = reflector.get<readonly Requirement[] | undefined>(REQUIREMENTS, owner) ?? []
  const publicMethod = reflector.get<boolean | undefined>(PUBLIC, method) === true && ofMethod.length === 0
  const publicClass =
    reflector.get<boolean | undefined>(PUBLIC, owner) === true &&
    ofClass.length === 0 &&
    ofMethod.length === 0
  const [first, ...others] = [...ofClass, ...ofMethod]
  return {
    isPublic: publicMethod || publicClass,
    policy: readPolicy(reflector, context),
    requirement: first === undefined || others.length === 0 ? first : allOf(first, ...others),
  }
}

/** The name of the policy for a handler. */
export function readPolicy(reflector: Reflector, context: ExecutionContext): string {
  const targets = [context.getHandler(), context.getClass()]
  return reflector.getAllAndOverride<string | undefined>(POLICY, targets) ?? DEFAULT_POLICY
}
