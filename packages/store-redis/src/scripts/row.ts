/**
 * Reads a row. It has a binary head of numbers, beginning with the version of the layout, and a body of lines: binding,
 * address, issuer, provider, profile, data (`../row.ts`). Most scripts do not need the body.
 */
export const row = `
local layout, body_at = '>BdddddddddBB', 76

local function unpack_head(text)
  local version, gen, rotated_at, epoch, data_version, created_at, idle_timeout, idle, absolute, revoked_at, used, reason =
    struct.unpack(layout, text)
  if version ~= 1 then error('countersign: a session of a newer layout') end
  return { gen = gen, rotated_at = rotated_at, epoch = epoch, data_version = data_version, created_at = created_at,
    idle_timeout = idle_timeout, idle = idle, absolute = absolute, revoked_at = revoked_at, used = used, reason = reason }
end

local function read(key)
  local text = redis.call('GET', key)
  if not text then return nil end
  local row = unpack_head(text)
  row.body = string.sub(text, body_at)
  return row
end

local function epoch_of(key)
  return tonumber(redis.call('GET', key) or 0)
end

local function state_of(row, epoch)
  if row.reason ~= 0 or row.epoch < epoch then return 'revoked' end
  if now >= row.idle or now >= row.absolute then return 'expired' end
  return 'live'
end
`

/**
 * For scripts that return rows: a line of numbers, and the body. One text is cheaper than a list, on the server and in
 * the client.
 */
export const describe = `
local function describe(row)
  return string.format('%d %d %d %d %d %d %d %d %d %d %d\\n', row.gen, row.rotated_at, row.epoch, row.data_version,
    row.created_at, row.idle_timeout, row.idle, row.absolute, row.revoked_at, row.used, row.reason) .. row.body
end
`

/** For scripts that write rows. */
export const packing = `
local function pack_head(row)
  return struct.pack(layout, 1, row.gen, row.rotated_at, row.epoch, row.data_version, row.created_at, row.idle_timeout,
    row.idle, row.absolute, row.revoked_at, row.used, row.reason)
end

-- This script has read the row, so the row exists. Its expiry and its body stay.
local function update(key, row)
  redis.call('SETRANGE', key, 0, pack_head(row))
end

local function issuer_of(row)
  return string.match(row.body, '^[^\\n]*\\n[^\\n]*\\n([^\\n]*)')
end
`

/**
 * For scripts that end sessions. The log comes first: if the server rejects the append, nothing has ended. In the index
 * the score of an ended session is negative, so that lists and limits skip it, and erasing finds it.
 */
export const ending = `
local function finish(session_key, index, log, sid, row, reason, revoke_for)
  append(log, 'session', issuer_of(row), sid, 'denied', '', 'null', now + revoke_for)
  row.revoked_at, row.reason = now, reason
  update(session_key, row)
  redis.call('ZADD', index, 'XX', integer(-row.absolute), sid)
end
`
