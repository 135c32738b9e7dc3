import { codeOf } from '../reasons.ts'
import { script, type Script } from '../script.ts'
import { clock, deadline } from './clock.ts'
import { appending } from './log.ts'
import { describe, ending, packing, row } from './row.ts'

/**
 * `decideRotation` of stores, in Lua: the same conditions in the same order.
 * KEYS: the session, the epoch, the index, the log. Returns the time, the outcome, and the row if there is one.
 */
export const rotate: Script = script(
  'deny-oom',
  clock,
  deadline,
  row,
  describe,
  packing,
  appending,
  ending,
  `
local key, epoch_key, index, log = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local sid, gen, binding, mode = ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6]
local cooldown, grace, revoke_for = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local ip, may_lose_writes = ARGV[10], ARGV[11] == '1'

local row = read(key)
if not row then return { now, 'unknown' } end
local idle = math.min(now + row.idle_timeout, row.absolute)

local function reply(outcome)
  return { now, outcome, describe(row) }
end

local function advance(outcome, used)
  row.gen = outcome == 'rotated' and gen + 1 or gen
  row.rotated_at, row.used, row.idle = now, used, idle
  -- The address is the second line, after the binding. In most rotations it has not changed.
  if ip ~= 'null' and string.find(row.body, ip .. '\\n', #binding + 2, true) ~= #binding + 2 then
    local rest = string.find(row.body, '\\n', #binding + 2, true)
    row.body = binding .. '\\n' .. ip .. string.sub(row.body, rest)
    redis.call('SET', key, pack_head(row) .. row.body, 'KEEPTTL')
  else
    update(key, row)
  end
  return reply(outcome)
end

-- If the token does not belong to this session, it says nothing about the session: the session stays as it is.
if string.sub(row.body, 1, #binding + 1) ~= binding .. '\\n' then return reply('mismatch') end
local state = state_of(row, epoch_of(epoch_key))
if state ~= 'live' then return reply(state) end

local age = now - row.rotated_at
if gen == row.gen then
  if age >= cooldown then return advance('rotated', 0) end
  if row.used == 0 or row.idle ~= idle then
    row.used, row.idle = 1, idle
    update(key, row)
  end
  return reply('cooldown')
end
if gen == row.gen - 1
  and ((age <= grace and mode ~= 'strict') or (mode == 'untilUsed' and row.used == 0)) then
  return reply('replayed')
end
if gen == row.gen + 1 and may_lose_writes then return advance('ahead', 1) end
-- A generation that this store never made: it lost a write, or was restored from a backup. This is not theft.
if gen > row.gen then return reply('expired') end
finish(key, index, log, sid, row, ${codeOf('reuse')}, revoke_for)
return reply('reused')
`,
)
