import { codeOf } from '../reasons.ts'
import { script, type Script } from '../script.ts'
import { changes, rows } from './rows.ts'

/**
 * `decideRotation` of core, in Lua: the same conditions in the same order.
 * KEYS: the session, the epoch, the index. Answers the time, the outcome, and the row if there is one.
 */
export const rotate: Script = script(
  rows,
  changes,
  `
local key, epoch_key, index = KEYS[1], KEYS[2], KEYS[3]
local sid, gen, binding, mode = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local cooldown, grace, idle_timeout = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local ip, may_lose_writes = ARGV[9], ARGV[10] == '1'

local row = read(key)
if not row then return { now, 'unknown' } end

local function answer(outcome)
  return { now, outcome, describe(row) }
end

local function advance(outcome, used)
  row.gen = outcome == 'rotated' and gen + 1 or gen
  row.rotated_at = now
  row.used = used
  row.idle = math.min(now + idle_timeout, row.absolute)
  -- The address is the second line, after the binding. Most rotations find it as it was.
  if ip ~= 'null' and string.find(row.body, ip .. '\\n', #binding + 2, true) ~= #binding + 2 then
    local rest = string.find(row.body, '\\n', #binding + 2, true)
    row.body = binding .. '\\n' .. ip .. string.sub(row.body, rest)
    redis.call('SET', key, pack_head(row) .. row.body, 'KEEPTTL')
  else
    update(key, row)
  end
  return answer(outcome)
end

-- A token that is not this session's says nothing about the session: it is left as it is.
if string.sub(row.body, 1, #binding) ~= binding then return answer('mismatch') end
local state = state_of(row, epoch_of(epoch_key))
if state ~= 'live' then return answer(state) end

local age = now - row.rotated_at
if gen == row.gen then
  if age >= cooldown then return advance('rotated', 0) end
  if row.used == 0 then
    row.used = 1
    update(key, row)
  end
  return answer('cooldown')
end
if gen == row.gen - 1
  and ((age <= grace and mode ~= 'strict') or (mode == 'untilUsed' and row.used == 0)) then
  return answer('replayed')
end
if gen == row.gen + 1 and may_lose_writes then return advance('ahead', 1) end
-- A generation that this store never made: it lost a write, or was restored from a backup. Not theft.
if gen > row.gen then return answer('expired') end
finish(key, row, ${codeOf('reuse')})
redis.call('ZREM', index, sid)
return answer('reused')
`,
)
