import type { CreateSessionInput, RotateInput } from '@countersign/stores'
import * as inputs from '../../../../test/support/store-inputs.ts'

/** No slow machine outlasts it. */
const LONG = 3_600_000

/** A session without anything particular. */
export function newSession(sid: string): CreateSessionInput {
  return inputs.newSession({ sid }, { idleTimeout: LONG, absoluteTimeout: LONG, revokeFor: LONG })
}

/** A refresh token of that session, with a grace that lasts. */
export function presented(sid: string, gen: number): RotateInput {
  return inputs.presented(sid, gen, { grace: LONG, revokeFor: LONG })
}
