import type { EndReason } from '@countersign/stores'

/** What stands for a reason in a row: its number here. New ones are added at the end; 0 is none. */
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

/** The reason of a number. */
export function reasonOf(code: number): EndReason | undefined {
  return reasons[code]
}
