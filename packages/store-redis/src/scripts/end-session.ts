import { script, type Script } from '../script.ts'
import { clock, deadline } from './clock.ts'
import { appending } from './log.ts'
import { ending, packing, row } from './row.ts'

/**
 * KEYS: the session, the epoch, the index, the log. With an additional last argument, the session ends only if it was
 * created at or before that time. Returns the time, and 1 if the session was live until now, else 0.
 */
export const endSession: Script = script(
  'allow-oom',
  clock,
  deadline,
  row,
  packing,
  appending,
  ending,
  `
local key, epoch_key, index, log = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local sid, reason, revoke_for, since = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local row = read(key)
if not row or (since and row.created_at > since) or state_of(row, epoch_of(epoch_key)) ~= 'live' then return { now, 0 } end
finish(key, index, log, sid, row, reason, revoke_for)
return { now, 1 }
`,
)
