/** Who is in an index: for scripts that list or count the sessions of a subject. */
export const members = `
-- By bytes: the operator < compares as the server's locale does.
local function before(one, other)
  for position = 1, math.min(#one, #other) do
    local a, b = one:byte(position), other:byte(position)
    if a ~= b then return a < b end
  end
  return #one < #other
end

-- The live sessions, the oldest first. Members that are not live are dropped from the index, if it can be written now.
local function live_members(index, sessions, epoch)
  local live = {}
  for _, sid in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local row = read(sessions .. sid)
    -- While its slot moves to this server, it may not have come yet. Asked for two keys of which one is not here, the server
    -- says so, by an error; asked for one, it does not.
    if not row then redis.call('EXISTS', sessions .. sid, index) end
    if row and state_of(row, epoch) == 'live' then
      live[#live + 1] = { sid = sid, row = row }
    else
      redis.pcall('ZREM', index, sid)
    end
  end
  table.sort(live, function(one, other)
    if one.row.created_at ~= other.row.created_at then return one.row.created_at < other.row.created_at end
    return before(one.sid, other.sid)
  end)
  return live
end
`
