import type { EndReason } from '@countersign/stores'

/** A row stores a reason as its index in this list. New reasons are added at the end; 0 means no reason. */
const reasons = [
  undefined,
  'logout',
  'revoked',
  'reuse',
  'evicted',
  'replaced',
  'recovered',
  'provider',
] as const satisfies readonly (EndReason | undefined)[]

/** The number of a reason. */
export function codeOf(reason: EndReason): string {
  return String(reasons.indexOf(reason))
}

/** The reason with a number. */
export function reasonOf(code: number): EndReason | undefined {
  return reasons[code]
}
