import { script, type Script } from '../script.ts'
import { clock } from './clock.ts'
import { describe, row } from './row.ts'

/** KEYS: the session, the epoch. Returns the time, the row or null, and the epoch. */
export const findSession: Script = script(
  'allow-oom',
  clock,
  row,
  describe,
  `
local row = read(KEYS[1])
return { now, row and describe(row) or false, epoch_of(KEYS[2]) }
`,
)

/**
 * KEYS: the epoch and, if a session is requested, the session, of which this reads only the numbers.
 * Returns the time, the session's state, the epoch, and the version of the session's data.
 */
export const checkSession: Script = script(
  'allow-oom',
  clock,
  row,
  `
local epoch = epoch_of(KEYS[1])
local head = KEYS[2] and redis.call('GETRANGE', KEYS[2], 0, body_at - 2) or ''
if head == '' then return { now, 'unknown', epoch, 0 } end
local row = unpack_head(head)
return { now, state_of(row, epoch), epoch, row.data_version }
`,
)
