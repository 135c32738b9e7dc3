import type { Requirement } from '../guards/requirement.ts'

/** What a piece of middleware does, for tools that list an application's routes. */
export type AuditMark =
  | { readonly type: 'authenticate' }
  | { readonly type: 'authorize'; readonly requirement: Requirement }
  | { readonly type: 'mount'; readonly routes: 'all' | readonly MarkedRoute[] }

/** A route of what is mounted. */
export interface MarkedRoute {
  readonly method: string
  readonly path: string
}

/** Registered globally, so that a tool with another copy of this package finds it. */
const MARK: unique symbol = Symbol.for('@countersign/audit') as never

/** Marks a piece of middleware with what it does. */
export function markMiddleware<T extends object>(middleware: T, mark: AuditMark): T {
  return Object.defineProperty(middleware, MARK, { value: Object.freeze(mark) })
}

/** What a piece of middleware does, if it is ours. */
export function auditMarkOf(middleware: object): AuditMark | undefined {
  return (middleware as { readonly [MARK]?: AuditMark })[MARK]
}
