import type { CreateSessionInput } from '@countersign/stores'
import * as inputs from '../../../../test/support/store-inputs.ts'

export { presented } from '../../../../test/support/store-inputs.ts'

/** A session without anything particular, which lives a minute. */
export function newSession(sid: string): CreateSessionInput {
  return inputs.newSession({ sid }, { idleTimeout: 60_000, absoluteTimeout: 60_000 })
}
