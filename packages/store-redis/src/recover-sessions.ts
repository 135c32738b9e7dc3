import type { Connection } from './clients/connection.ts'
import type { Keys } from './keys.ts'
import { allMasters } from './masters.ts'
import { integer, type Operate } from './operate.ts'
import { codeOf } from './reasons.ts'
import { isTrue, listOf, textOf } from './reply.ts'
import { endSession } from './scripts/end-session.ts'
import { ofSession } from './sessions.ts'
import { within } from './unavailable.ts'

/** How many keys a `SCAN` step visits. */
const step = '500'

/** A walk through all servers. */
interface Walk {
  readonly connection: Connection
  readonly operate: Operate
  readonly keys: Keys
  readonly timeout: number
}

/**
 * Ends every session that was created at or before `since`. Not one operation, but one for each session: sessions
 * created meanwhile are newer, so none is missed. It must not run while slots move from one node to another.
 *
 * @returns how many were ended
 */
export async function recoverSessions(
  { connection, operate, keys, timeout }: Walk,
  since: number,
  revokeFor: number,
): Promise<number> {
  const args = [codeOf('recovered'), integer(revokeFor), integer(since)]
  const end = async (key: string): Promise<boolean> => {
    const sid = keys.sidOf(key)
    if (sid === undefined) return false
    const [, ended] = await operate.write(keys.ofSession(sid), endSession, ofSession(keys, sid), sid, ...args)
    return isTrue(ended)
  }

  const masters = await within(timeout, allMasters(connection))
  let ended = 0
  for (const send of masters) {
    let cursor = '0'
    do {
      const scan = send(['SCAN', cursor, 'MATCH', keys.everySession, 'COUNT', step])
      const [next, found] = listOf(await within(timeout, scan))
      cursor = textOf(next)
      const outcomes = await Promise.all(listOf(found).map(async (key) => end(textOf(key))))
      ended += outcomes.filter(Boolean).length
    } while (cursor !== '0')
  }
  return ended
}
