import { codeOf } from '../reasons.ts'
import { script, type Script } from '../script.ts'
import { members } from './members.ts'
import { changes, integers, rows } from './rows.ts'

/**
 * KEYS: the session, the epoch, the index, and, if there is one, the session that is replaced.
 * Answers the time, the row or null, and the sids that were evicted.
 */
export const createSession: Script = script(
  rows,
  changes,
  integers,
  members,
  `
local key, epoch_key, index, replaced_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local sid, sessions, replaces = ARGV[2], ARGV[3], ARGV[4]
local idle_timeout, absolute_timeout = tonumber(ARGV[5]), tonumber(ARGV[6])
local limit, over_limit = tonumber(ARGV[7]), ARGV[8]
local binding, body = ARGV[9], ARGV[10]

-- A client that lost its connection may send a command again: then it is this very session.
local existing = read(key)
if existing then
  if string.sub(existing.body, 1, #binding) ~= binding then return redis.error_reply('ERR countersign: the session exists') end
  return { now, describe(existing), {} }
end

local epoch = epoch_of(epoch_key)
local replaced = replaced_key and read(replaced_key)
if replaced and state_of(replaced, epoch) ~= 'live' then replaced = false end

local evicted = {}
if limit then
  local others = {}
  for _, member in ipairs(live_members(index, sessions, epoch)) do
    if not (replaced and member.sid == replaces) then others[#others + 1] = member end
  end
  local surplus = #others + 1 - limit
  if surplus > 0 and over_limit == 'deny' then return { now, false, {} } end
  for position = 1, math.min(surplus, #others) do
    local member = others[position]
    finish(sessions .. member.sid, member.row, ${codeOf('evicted')})
    redis.call('ZREM', index, member.sid)
    evicted[position] = member.sid
  end
end
if replaced then
  finish(replaced_key, replaced, ${codeOf('replaced')})
  redis.call('ZREM', index, replaces)
end

local absolute = now + absolute_timeout
local row = { gen = 1, rotated_at = now, epoch = epoch, created_at = now,
  idle = math.min(now + idle_timeout, absolute), absolute = absolute, revoked_at = 0, used = 0, reason = 0, body = body }
redis.call('ZREMRANGEBYSCORE', index, '-inf', integer(now))
redis.call('ZADD', index, integer(absolute), sid)
if given == '' then
  redis.call('SET', key, pack_head(row) .. body, 'PXAT', integer(absolute))
  if redis.call('PEXPIRETIME', index) < absolute then redis.call('PEXPIREAT', index, integer(absolute)) end
else
  redis.call('SET', key, pack_head(row) .. body)
end
return { now, describe(row), evicted }
`,
)
