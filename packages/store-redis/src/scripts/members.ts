/** The members of an index: for scripts that list or count the sessions of a subject. Needs `row`. */
export const members = `
-- Compares bytes, because the operator < depends on the server's locale.
local function before(one, other)
  for position = 1, math.min(#one, #other) do
    local a, b = one:byte(position), other:byte(position)
    if a ~= b then return a < b end
  end
  return #one < #other
end

local function is_older(one, other)
  if one.row.created_at ~= other.row.created_at then return one.row.created_at < other.row.created_at end
  return before(one.sid, other.sid)
end

-- The live sessions, the oldest first. Members that can never be live again are removed, or marked as ended.
local function live_members(index, base, epoch)
  local live = {}
  for _, sid in ipairs(redis.call('ZRANGEBYSCORE', index, 0, '+inf')) do
    local row = read_here(base .. 's:' .. sid, index)
    local state = row and state_of(row, epoch)
    if state == 'live' then
      live[#live + 1] = { sid = sid, row = row }
    elseif state == 'revoked' then
      redis.call('ZADD', index, 'XX', integer(-row.absolute), sid)
    elseif not row then
      redis.call('ZREM', index, sid)
    end
  end
  table.sort(live, is_older)
  return live
end
`

/**
 * For scripts that find sessions through an index, so that their keys cannot be named beforehand. The keys are in the
 * slot of the index.
 */
export const finding = `
local base = string.match(KEYS[1], '^[^}]*}:')

-- While a slot moves to this server, a key may not have arrived yet. For a command with two keys of which one is missing,
-- the server returns an error; for a command with one key it does not.
local function read_here(key, present)
  local row = read(key)
  if not row then redis.call('EXISTS', key, present) end
  return row
end

local function epoch_here(sid, present)
  local key = base .. 'e:' .. string.match(sid, '^[^.]*')
  local raised = redis.call('GET', key)
  if not raised then redis.call('EXISTS', key, present) end
  return tonumber(raised or 0)
end
`

/**
 * For scripts that add to an index. The score of a member is its absolute expiry, negative if the session has ended.
 */
export const indexing = `
local function remember(index, sid, absolute)
  redis.call('ZREMRANGEBYSCORE', index, integer(-now), integer(now))
  redis.call('ZADD', index, integer(absolute), sid)
  if given == '' and redis.call('PEXPIRETIME', index) < absolute then redis.call('PEXPIREAT', index, integer(absolute)) end
end
`
