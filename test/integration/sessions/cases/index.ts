import type { Harness, SessionCase } from '../harness.ts'
import { housekeepingCases } from './housekeeping.ts'
import { lifecycleCases } from './lifecycle.ts'
import { livenessCases } from './liveness.ts'
import { logCases } from './log.ts'
import { recoveryCases } from './recovery.ts'
import { rotationCases } from './rotation.ts'
import { secrecyCases } from './secrecy.ts'

const CASES: readonly SessionCase[] = [
  ...rotationCases,
  ...lifecycleCases,
  ...housekeepingCases,
  ...livenessCases,
  ...logCases,
  ...recoveryCases,
  ...secrecyCases,
]

/** What holds of sessions on every store, as cases for `it.each`. */
export function sessionCases(
  createHarness: () => Promise<Harness>,
  { durable }: { readonly durable: boolean },
): readonly { readonly name: string; readonly run: () => Promise<void> }[] {
  return CASES.filter((one) => durable || one.durable !== true).map(({ name, run }) => ({
    name,
    run: async () => {
      const harness = await createHarness()
      try {
        await run(harness)
      } finally {
        await harness.close()
      }
    },
  }))
}
