import type { AuthSpec } from '../spec.ts'
import type { Expectation, Row } from '../row.ts'

/** How the key server behaves. All but `up` are ways in which real ones have failed. */
export type KeyServerState =
  | 'up'
  | 'down'
  | 'answers 500'
  | 'answers HTML'
  | 'answers no key set'
  | 'redirects'
  | 'answers too much'
  | 'never answers'

/** One step of a scenario, in order, each finished before the next. */
export type Step =
  | { readonly request: Row['request']; readonly expect: Expectation }
  /** The same request many times at once. */
  | { readonly times: number; readonly request: (i: number) => Row['request']; readonly expect: Expectation }
  /** Moves the clock of the server, in seconds. */
  | { readonly advance: number }
  | { readonly keyServer: KeyServerState }
  /** What the key server publishes from now on. */
  | { readonly publish: readonly object[] }
  /** How often the key server was asked since the start, for anything. */
  | { readonly keyServerAsked: number }

/**
 * A story about a policy with a key server: steps that only mean something in this order. Each has a server, a key
 * server and a clock of its own.
 */
export interface Scenario {
  /** Starts with ids in brackets, like the titles of rows. */
  readonly title: string
  /** On top of issuer, audience, key server and clock. */
  readonly policy?: Partial<AuthSpec>
  readonly publish: readonly object[]
  readonly steps: readonly Step[]
}
