/**
 * What scripts begin with: the time and the rows.
 *
 * The first argument is the test clock, empty in earnest. Under a test clock the server expires nothing, because its own clock
 * says something else. Times are whole milliseconds. Numbers of Lua are doubles, exact up to 2^53.
 *
 * A row is a binary head of numbers, beginning with the version of the layout, and a body of text: the binding, the address
 * and the profile, a line of JSON each, and the data. Most scripts need not look into the body.
 */
export const rows = `
local given = ARGV[1]
local now = tonumber(given)
if given == '' then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local layout, body_at = '>BdddddddBB', 60

local function read(key)
  local text = redis.call('GET', key)
  if not text then return nil end
  local version, gen, rotated_at, epoch, created_at, idle, absolute, revoked_at, used, reason = struct.unpack(layout, text)
  if version ~= 1 then error('countersign: a session of a newer layout') end
  return { gen = gen, rotated_at = rotated_at, epoch = epoch, created_at = created_at, idle = idle, absolute = absolute,
    revoked_at = revoked_at, used = used, reason = reason, body = string.sub(text, body_at) }
end

local function pack_head(row)
  return struct.pack(layout, 1, row.gen, row.rotated_at, row.epoch, row.created_at, row.idle, row.absolute,
    row.revoked_at, row.used, row.reason)
end

-- For the answer: a line of numbers, and the body. One text is cheaper than a list, for the server and for the client.
local function describe(row)
  return string.format('%d %d %d %d %d %d %d %d %d\\n', row.gen, row.rotated_at, row.epoch, row.created_at, row.idle,
    row.absolute, row.revoked_at, row.used, row.reason) .. row.body
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

/** For scripts that change rows. */
export const changes = `
-- The row was read in this script, and so is there. Its expiry stays, and so does its body.
local function update(key, row)
  redis.call('SETRANGE', key, 0, pack_head(row))
end

local function finish(key, row, reason)
  row.revoked_at = now
  row.reason = reason
  update(key, row)
end
`

/** For scripts that write numbers: Lua itself would write large ones with an exponent. */
export const integers = `
local function integer(number)
  return string.format('%.0f', number)
end
`
