import { OptionError } from '../base/option-error.ts'
import type { AsyncContext } from '../engine/engine.ts'
import { engine } from '#engine'
import type { Principal } from '../principal/principal.ts'

/** What the code of one request shares. Filled when the request is authenticated. */
export interface Holder {
  /** A request may be made from within another one: each has its own. */
  readonly request: object
  principal: Principal<unknown> | undefined
}

/** Registered globally, so that two copies of this package share one. */
const CONTEXT: unique symbol = Symbol.for('@countersign/current-principal') as never

const shared = globalThis as { [CONTEXT]?: AsyncContext<Holder> | undefined }

/**
 * Enables `currentPrincipal()` in this process. Before that no asynchronous calls are tracked, which costs nothing.
 *
 * @throws `OptionError` if the runtime has no `AsyncLocalStorage`
 */
export function enableCurrentPrincipal(): void {
  shared[CONTEXT] ??= engine.createContext<Holder>()
  if (shared[CONTEXT] === undefined) {
    throw new OptionError('currentPrincipal', 'needs AsyncLocalStorage, which this runtime does not have')
  }
}

/** Whether any adapter of this process asked for `currentPrincipal()`. */
export function isCurrentPrincipalEnabled(): boolean {
  return shared[CONTEXT] !== undefined
}

/**
 * Runs code with a holder for the principal of a request, or fills the holder of the request. Always with `run()`,
 * never with `enterWith()`, which would leak into later requests.
 */
export function runInHolder<T>(request: object, principal: Principal<unknown> | undefined, act: () => T): T {
  const context = shared[CONTEXT]
  if (context === undefined || fillHolder(request, principal)) return act()
  return context.run({ request, principal }, act)
}

/**
 * Stores the principal in the holder of a request. Returns `false` if the running code has no holder for that
 * request.
 */
export function fillHolder(request: object, principal: Principal<unknown> | undefined): boolean {
  const holder = shared[CONTEXT]?.getStore()
  if (holder?.request !== request) return false
  holder.principal = principal
  return true
}

/**
 * The principal of the request for which the calling code runs, at any depth. Needs `jwtAuth({ currentPrincipal:
 * true })`. `undefined` outside a request, and for anonymous ones.
 *
 * @example
 * ```ts
 * function auditLine(action: string) {
 *   return { action, by: currentPrincipal()?.subject }
 * }
 * ```
 */
export function currentPrincipal(): Principal | undefined {
  return shared[CONTEXT]?.getStore()?.principal as Principal | undefined
}
