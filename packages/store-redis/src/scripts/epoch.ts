import { script, type Script } from '../script.ts'
import { changes, integers, rows } from './rows.ts'

/** KEYS: the epoch and, if there is one, the session that stays alive. Answers the new epoch. */
export const raiseEpoch: Script = script(
  rows,
  changes,
  integers,
  `
local epoch_key, kept_key = KEYS[1], KEYS[2]
local keep_for = tonumber(ARGV[2])
local previous = epoch_of(epoch_key)
local epoch = math.max(previous + 1, now)
local kept = kept_key and read(kept_key)
if given == '' then
  -- One that was to be kept for longer still is.
  local until_when = math.max(now + keep_for, redis.call('PEXPIRETIME', epoch_key))
  redis.call('SET', epoch_key, integer(epoch), 'PXAT', integer(until_when))
else
  redis.call('SET', epoch_key, integer(epoch))
end
if kept and state_of(kept, previous) == 'live' then
  kept.epoch = epoch
  update(kept_key, kept)
end
return epoch
`,
)

/** KEYS: the epoch and, if one is asked for, the session. Answers the time, the session's state, and the epoch. */
export const checkSession: Script = script(
  rows,
  `
local epoch = epoch_of(KEYS[1])
local row = KEYS[2] and read(KEYS[2])
return { now, row and state_of(row, epoch) or 'unknown', epoch }
`,
)
