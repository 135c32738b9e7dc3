import type { Difference } from './spec.ts'

/** Rows that a framework answers otherwise, each with its reason. Empty, and a test holds that none is out of date. */
export const differences: readonly Difference[] = []
