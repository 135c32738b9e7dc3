import { PROVIDER_END_MEMORY } from '@countersign/stores'
import { codeOf } from '../reasons.ts'
import { script, type Script } from '../script.ts'
import { clock, deadline, expiry } from './clock.ts'
import { appending } from './log.ts'
import { finding, indexing, members } from './members.ts'
import { describe, ending, packing, row } from './row.ts'

/** The cases that `decideCreation` rejects: the outcome, or nothing. */
const refusals = `
local function provider_end(key)
  local at = key and tonumber(redis.call('GET', key) or nil)
  return at and now < at + ${PROVIDER_END_MEMORY} and at
end

local function refusal(epoch, since, subject_end, session_end)
  if since and epoch > since then return 'endedSince' end
  local ended = provider_end(subject_end)
  if provider_end(session_end) or (ended and since and ended > since) then return 'providerEnded' end
end
`

/**
 * `decideCreation` of stores, in Lua: the same conditions in the same order.
 *
 * KEYS: the session, the epoch, the index, the log; the session that is replaced, if any; then index and end of the
 * provider's subject, and of its session, if any. Returns the time, the outcome, and, if it is `created`, the row and
 * the sids that were evicted.
 */
export const createSession: Script = script(
  'deny-oom',
  clock,
  deadline,
  expiry,
  row,
  describe,
  packing,
  appending,
  ending,
  finding,
  members,
  indexing,
  refusals,
  `
local key, epoch_key, index, log = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local sid, replaces, since, revoke_for = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local idle_timeout, absolute_timeout = tonumber(ARGV[7]), tonumber(ARGV[8])
local limit, over_limit, body = tonumber(ARGV[9]), ARGV[10], ARGV[11]
local replaced_key = replaces ~= '' and KEYS[5]
local at = replaced_key and 6 or 5
local subject_index, subject_end, session_index, session_end = KEYS[at], KEYS[at + 1], KEYS[at + 2], KEYS[at + 3]

-- A client that lost its connection may send a command again: then this session already exists, and is unchanged.
local existing = read(key)
if existing then
  if existing.gen == 1 and existing.reason == 0 and existing.data_version == 1 and existing.body == body then
    return { now, 'created', describe(existing), {} }
  end
  return redis.error_reply('ERR countersign: a session with this sid already exists')
end

local epoch = epoch_of(epoch_key)
local refused = refusal(epoch, since, subject_end, session_end)
if refused then return { now, refused } end

local evicted = {}
if limit then
  local others = {}
  for _, member in ipairs(live_members(index, base, epoch)) do
    if member.sid ~= replaces then others[#others + 1] = member end
  end
  local surplus = #others + 1 - limit
  if surplus > 0 and over_limit == 'deny' then return { now, 'limit' } end
  for position = 1, math.min(surplus, #others) do
    local member = others[position]
    finish(base .. 's:' .. member.sid, index, log, member.sid, member.row, ${codeOf('evicted')}, revoke_for)
    evicted[position] = member.sid
  end
end
local replaced = replaced_key and read(replaced_key)
if replaced and state_of(replaced, epoch) == 'live' then
  finish(replaced_key, index, log, replaces, replaced, ${codeOf('replaced')}, revoke_for)
end

local absolute = now + absolute_timeout
local row = { gen = 1, rotated_at = now, epoch = epoch, data_version = 1, created_at = now, idle_timeout = idle_timeout,
  idle = math.min(now + idle_timeout, absolute), absolute = absolute, revoked_at = 0, used = 0, reason = 0, body = body }
remember(index, sid, absolute)
if subject_index then remember(subject_index, sid, absolute) end
if session_index then remember(session_index, sid, absolute) end
set_until(key, pack_head(row) .. body, absolute)
return { now, 'created', describe(row), evicted }
`,
)
