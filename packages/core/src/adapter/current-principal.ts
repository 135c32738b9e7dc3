import { OptionError } from '../base/option-error.ts'
import type { AsyncContext } from '../engine/engine.ts'
import { engine } from '#engine'
import type { Principal } from '../principal/principal.ts'

/** What the code of one request shares. It is filled once the request is authenticated. */
export interface Holder {
  /** A request may be made from within another one: each has its own. */
  readonly request: object
  principal: Principal<unknown> | undefined
}

/** Registered, so that two copies of this package share one. */
const CONTEXT: unique symbol = Symbol.for('@countersign/current-principal') as never

const shared = globalThis as { [CONTEXT]?: AsyncContext<Holder> | undefined }

/**
 * Makes `currentPrincipal()` work in this process. Until then no code of a request is followed, and none pays for it.
 *
 * @throws `OptionError` where the runtime has no `AsyncLocalStorage`
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
 * Runs code with a holder for the principal of a request, or fills the one that the request has: always by `run()`,
 * never by `enterWith()`, which would leak into requests that come after it.
 */
export function runInHolder<T>(request: object, principal: Principal<unknown> | undefined, act: () => T): T {
  const context = shared[CONTEXT]
  if (context === undefined || fillHolder(request, principal)) return act()
  return context.run({ request, principal }, act)
}

/** Puts the principal into the holder of a request. `false` where the code that runs now has none for it. */
export function fillHolder(request: object, principal: Principal<unknown> | undefined): boolean {
  const holder = shared[CONTEXT]?.getStore()
  if (holder?.request !== request) return false
  holder.principal = principal
  return true
}

/**
 * The principal of the request that the calling code runs for, wherever that code is. Needs `jwtAuth({ currentPrincipal:
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
