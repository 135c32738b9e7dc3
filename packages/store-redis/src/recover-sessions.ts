import type { Connection } from './clients/connection.ts'
import { createKeys, tagOf } from './keys.ts'
import { allMasters } from './masters.ts'
import { integer, type Operate } from './operate.ts'
import type { Settings } from './options.ts'
import { isTrue, listOf, textOf } from './reply.ts'
import { recoverSession } from './scripts/end-session.ts'
import { within } from './unavailable.ts'

/** How many keys a step of `SCAN` looks at. */
const step = '500'

/**
 * Ends every session that was created at or before `since`. Not one operation, but one for each session: what is created
 * meanwhile is newer, so none is missed. It must not run while slots move from one node to another.
 *
 * @returns how many were ended
 */
export async function recoverSessions(
  connection: Connection,
  operate: Operate,
  { prefix, timeout }: Settings,
  since: number,
): Promise<number> {
  const keys = createKeys(prefix)
  const end = async (key: string): Promise<boolean> => {
    const sid = key.slice(key.indexOf('}:s:') + '}:s:'.length)
    const { epoch, index } = keys.ofSubject(tagOf(sid))
    return isTrue(await operate.write(recoverSession, [key, epoch, index], sid, integer(since)))
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
