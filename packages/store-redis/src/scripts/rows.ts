/**
 * What every script begins with: time, rows, and who is live.
 *
 * Times are whole milliseconds. Numbers of Lua are doubles, exact up to 2^53; `integer` writes them out, since Lua itself
 * would write large ones with an exponent.
 *
 * The first argument of every script is the test clock, empty in earnest. Under a test clock the server expires nothing,
 * because its own clock says something else.
 */
export const rows = `
local given = ARGV[1]
local now = tonumber(given)
if given == '' then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end

local function integer(number)
  return string.format('%.0f', number)
end

local function epoch_of(key)
  return tonumber(redis.call('GET', key) or 0)
end

-- The first element is the version of the layout.
local function pack(row)
  return cmsgpack.pack({ 1, row.gen, row.rotated_at, row.used, row.epoch, row.created_at, row.idle, row.absolute,
    row.revoked_at, row.reason, row.ip, row.binding, row.profile, row.data })
end

local function unpacked(text)
  local list = cmsgpack.unpack(text)
  return { gen = list[2], rotated_at = list[3], used = list[4], epoch = list[5], created_at = list[6], idle = list[7],
    absolute = list[8], revoked_at = list[9], reason = list[10], ip = list[11], binding = list[12],
    profile = list[13], data = list[14] }
end

local function read(key)
  local text = redis.call('GET', key)
  return text and unpacked(text)
end

-- Changes a row that was read in this script, and so is there. Its expiry stays.
local function update(key, row)
  redis.call('SET', key, pack(row), 'XX', 'KEEPTTL')
end

-- For the answer: false becomes null.
local function describe(row)
  return { row.gen, row.rotated_at, row.used, row.epoch, row.created_at, row.idle, row.absolute,
    row.revoked_at, row.reason, row.ip, row.binding, row.profile, row.data }
end

local function state_of(row, epoch)
  if row.revoked_at or row.epoch < epoch then return 'revoked' end
  if now >= row.idle or now >= row.absolute then return 'expired' end
  return 'live'
end

local function finish(key, row, reason)
  row.revoked_at = now
  row.reason = reason
  update(key, row)
end
`
