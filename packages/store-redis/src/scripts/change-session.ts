import { script, type Script } from '../script.ts'
import { clock, deadline } from './clock.ts'
import { appending } from './log.ts'
import { describe, packing, row } from './row.ts'

/**
 * `decideChange` of stores, in Lua. The data are the end of the body, after five lines.
 * KEYS: the session, the epoch, the log. Returns the time, the outcome, and the row if there is one.
 */
export const changeSession: Script = script(
  'deny-oom',
  clock,
  deadline,
  row,
  describe,
  packing,
  appending,
  `
local key, epoch_key, log = KEYS[1], KEYS[2], KEYS[3]
local sid, data, expected, revoke_for = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local row = read(key)
if not row then return { now, 'unknown' } end
local outcome = state_of(row, epoch_of(epoch_key))
if outcome == 'live' and expected and expected ~= row.data_version then outcome = 'conflict' end
if outcome ~= 'live' then return { now, outcome, describe(row) } end

row.data_version = row.data_version + 1
append(log, 'session', issuer_of(row), sid, 'changed', integer(row.data_version), 'null', now + revoke_for)
row.body = string.match(row.body, '^' .. string.rep('[^\\n]*\\n', 5)) .. data
redis.call('SET', key, pack_head(row) .. row.body, 'KEEPTTL')
return { now, 'changed', describe(row) }
`,
)
