import { createOurs } from './ours.ts'
import { createRival } from './rivals.ts'
import type { Server, Surroundings } from './server.ts'

/** What is compared: our three modes on the real code, and models of what is usual elsewhere. */
export const DESIGNS = {
  grace: (surroundings) => createOurs('grace', surroundings),
  untilUsed: (surroundings) => createOurs('untilUsed', surroundings),
  strict: (surroundings) => createOurs('strict', surroundings),
  'once-only': (surroundings) => createRival('strict', surroundings),
  'new each time, one line': (surroundings) => createRival('line', surroundings),
  'new each time, a tree': (surroundings) => createRival('tree', surroundings),
} as const satisfies Record<string, (surroundings: Surroundings) => Server>

/** The name of a design. */
export type Design = keyof typeof DESIGNS

export const DESIGN_NAMES: readonly Design[] = Object.freeze([
  'grace',
  'untilUsed',
  'strict',
  'once-only',
  'new each time, one line',
  'new each time, a tree',
])
